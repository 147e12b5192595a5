// CPU time of this process.
#pragma once
#include <ctime>

namespace stampede {

// User and system time of all its threads, those included that have ended, seconds. Any thread.
inline double process_cpu_s() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace stampede
