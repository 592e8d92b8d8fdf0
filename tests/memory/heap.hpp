// Counts the heap memory of this program. The counters are in the memory functions that the test of wiping replaces.
#pragma once

#include <algorithm>
#include <cstddef>

struct Heap {
  std::size_t live = 0;
  std::size_t peak = 0;

  void took(std::size_t size) noexcept {
    live += size;
    peak = std::max(peak, live);
  }
  void gave_back(std::size_t size) noexcept { live -= size; }
};
inline Heap heap;
