// The process ID, without a system call for each request.
#pragma once

#if !defined(_WIN32)
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <new>
#endif

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI::detail {

#if defined(_WIN32)
// A process of Windows has no copies that share its connections.
using ProcessId = int;
[[nodiscard]] inline ProcessId current_process() noexcept { return 0; }
#else
using ProcessId = ::pid_t;

/// Maps memory for a process ID that reads as 0 in a child after fork(2). Null if the system does not support it.
[[nodiscard]] inline std::atomic<ProcessId>* map_fork_wiped_pid() noexcept {
#if defined(MADV_WIPEONFORK) && defined(MAP_ANONYMOUS)
  const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* const page = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (::madvise(page, size, MADV_WIPEONFORK) == 0) return new (page) std::atomic<ProcessId>(0);
  ::munmap(page, size);
#endif
  return nullptr;
}

/// The ID of this process, as getpid(2) gives it. It makes a system call only at first and after fork(2), where the
/// system supports that. Thread-safe.
[[nodiscard]] inline ProcessId current_process() noexcept {
  static std::atomic<ProcessId>* const cached = map_fork_wiped_pid();
  if (cached == nullptr) return ::getpid();
  auto process = cached->load(std::memory_order_relaxed);
  if (process == 0) cached->store(process = ::getpid(), std::memory_order_relaxed);
  return process;
}
#endif

}  // namespace wandb::detail
