// Keeps client and server of a benchmark apart.
#pragma once

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <thread>

namespace bench {

/// This thread, and those that it starts, from here on run on that processor alone; where the scheduler is left to move
/// client and server, a round trip costs three times as much at one time as at another.
inline void stay_on(std::size_t processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor % std::max(1U, std::thread::hardware_concurrency()), &set);
  if (::pthread_setaffinity_np(::pthread_self(), sizeof set, &set) != 0)
    std::fputs("the threads could not be pinned; expect the figures to vary\n", stderr);
}

}  // namespace bench
