// All that a scalability report says, as JSON and back: Google Benchmark's form, with more to each
// entry.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/scalability/commutativity.h"
#include "bench/scalability/law.h"
#include "bench/scalability/measurement.h"

namespace stampede::bench {

// The points of one program under one policy.
struct Curve {
    std::string policy, program;
    std::vector<Measurement> points;  // by harts
    std::optional<ScalabilityLaw> law;

    // Throughput against as many single harts; none without one hart's.
    [[nodiscard]] std::optional<double> efficiency(const Measurement& at) const;
};

struct Results {
    CacheCosts costs;
    u64 window = default_window;
    std::vector<Curve> curves;  // by program, policies in their order
    std::vector<CommutativityOfPolicy> commuting;
};

// Curves of `points`, in the order in which programs and policies first come.
[[nodiscard]] std::vector<Curve> curves_of(std::vector<Measurement> points);

// "fork_exit_wait/kmem/harts:16"
[[nodiscard]] std::string name_of(const Point& point);

[[nodiscard]] std::string to_json(const Results& results);

// Operations an emulated second by name, and the settings behind them, of a file that to_json()
// wrote. Error: it is none; the reason.
struct Recorded {
    std::map<std::string, double> per_second;
    CacheCosts costs;
    u64 window = 0;
};
[[nodiscard]] Result<Recorded> read_recorded(const std::filesystem::path& file);

}  // namespace stampede::bench
