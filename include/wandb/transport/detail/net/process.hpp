// Which process this is, cheaply enough to be asked for each request.
#pragma once

#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <new>

namespace wandb::detail {

/// A place for the number of this process that is 0 in a child after fork(2); null where the system has none.
[[nodiscard]] inline std::atomic<pid_t>* fork_wiped_place() noexcept {
#if defined(MADV_WIPEONFORK) && defined(MAP_ANONYMOUS)
  const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* const page = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (::madvise(page, size, MADV_WIPEONFORK) == 0) return new (page) std::atomic<pid_t>(0);
  ::munmap(page, size);
#endif
  return nullptr;
}

/// The number of this process, as getpid(2) gives it, mostly without a system call. Thread-safe.
[[nodiscard]] inline pid_t current_process() noexcept {
  static std::atomic<pid_t>* const place = fork_wiped_place();
  if (place == nullptr) return ::getpid();
  auto process = place->load(std::memory_order_relaxed);
  if (process == 0) place->store(process = ::getpid(), std::memory_order_relaxed);
  return process;
}

}  // namespace wandb::detail
