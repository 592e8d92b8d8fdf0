// Limits the memory and time for one input by the size of the text that is read.
#pragma once

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>

#include "bytes.hpp"

/// Measures from its construction on. Only one may exist at a time.
class Budget {
 public:
  Budget() : began_(now()) {
    static const int hooks = __sanitizer_install_malloc_and_free_hooks(
        [](const volatile void*, std::size_t size) {
          held += static_cast<std::int64_t>(size);
          peak = std::max(peak, held);
        },
        [](const volatile void* memory) {
          held -= static_cast<std::int64_t>(__sanitizer_get_allocated_size(const_cast<const void*>(memory)));
        });
    require(hooks != 0, "the heap can be watched");
    held = peak = 0;
  }

  /// Checks that the heap grew by at most `times` the size and 64 KiB. The time is that of this thread alone, and its
  /// limit is generous: only work that grows faster than the size should exceed it.
  void check(std::size_t size, std::size_t times = 8) const {
    const auto memory = peak;
    const auto time = now() - began_;
    require(memory <= static_cast<std::int64_t>(times * size + 64 * 1024), "the memory is within its budget",
            std::to_string(memory) + " bytes of heap for " + std::to_string(size));
    require(time <= 200'000'000 + 4'000 * static_cast<std::int64_t>(size), "the time is within its budget",
            std::to_string(time) + " ns for " + std::to_string(size) + " bytes");
  }

 private:
  static std::int64_t now() {
    std::timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  }
  static inline std::int64_t held = 0;
  static inline std::int64_t peak = 0;
  std::int64_t began_;
};
