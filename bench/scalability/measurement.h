// One point of a scalability report: a program on so many harts under one policy, in emulated time
// (harts/schedule/emulated_time/emulated_time.h).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "harts/base/error.h"
#include "harts/base/types.h"
#include "harts/schedule/emulated_time/cache_lines.h"

namespace stampede::bench {

struct Point {
    std::string policy;
    std::string program;  // of the workloads that are benchmarks; a copy of it runs for each hart
    unsigned harts = 1;

    auto operator<=>(const Point&) const = default;
};

// A line of memory that harts handed on.
struct HotLine {
    std::string name;  // "kernel::frames+0x40", "page_table frames"
    u64 transfers = 0;
    double stalled = 0;  // share of all harts' time
};
// A word that harts waited for.
struct HotLock {
    std::string name;
    u64 waits = 0;
    double waited = 0;  // share of all harts' time
};

struct Measurement {
    Point point;
    u64 operations = 0;     // in the window
    u64 cycles = 0;         // the window: emulated nanoseconds
    u64 instructions = 0;   // of all harts, in it
    double per_second = 0;  // operations an emulated second
    double waited = 0;      // share of all harts' time that they waited for locks
    double stalled = 0;     // … for lines
    u64 transfers = 0;
    std::vector<HotLine> lines;  // most stalled first, those that matter
    std::vector<HotLock> locks;  // most waited for first
    std::optional<double>
        host_per_second;  // a thread a hart on this host, operations a second of wall time
};

// Emulated cycles that a point is measured for, once every hart has done something.
inline constexpr u64 default_window = 4'000'000;

// Error: no such kernel, a kernel that cannot be booted, a program that stops or does nothing. Any
// thread.
[[nodiscard]] Result<Measurement> measure(const Point& point, u64 window, const CacheCosts& costs);

// The same program a thread a hart, on this host: booting and the first batches of all copies are
// not in it.
struct HostMeasurement {
    u64 operations = 0;
    double wall_s = 0;
    double cpu_s = 0;  // of this process, all threads
};

// For `seconds` of wall time. Alone in its process and, for wall time to mean something, on the
// host.
[[nodiscard]] Result<HostMeasurement> measure_on_host(const Point& point, double seconds);

}  // namespace stampede::bench
