// Runs the client and the server of a benchmark on separate processors.
#pragma once

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <thread>

namespace bench {

/// Binds this thread, and the threads that it starts later, to one processor. If the scheduler moves client and server
/// freely, the cost of a round trip varies by a factor of three.
inline void stay_on(std::size_t processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor % std::max(1U, std::thread::hardware_concurrency()), &set);
  if (::pthread_setaffinity_np(::pthread_self(), sizeof set, &set) != 0)
    std::fputs("the threads could not be pinned; expect the figures to vary\n", stderr);
}

}  // namespace bench
