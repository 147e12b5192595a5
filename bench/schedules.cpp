// What does repeatability cost an instruction? forkbomb by `stress --json` under each schedule and
// in parallel, in turn.
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "bench/support/command_output.h"
#include "bench/support/report.h"
#include "bench/support/statistics.h"
#include "harts/guests/shelf.h"

using namespace stampede;
using namespace stampede::bench;

namespace {

constexpr const char* schedules[] = {"parallel", "round-robin:1000", "random:1000", "pct:3"};
constexpr std::size_t kinds = std::size(schedules);

// CPU nanoseconds an instruction.
Result<double> forkbomb(unsigned harts, const char* schedule) {
    std::string file =
        std::filesystem::temp_directory_path() / fmt::format("bench_schedules.{}.json", getpid());
    auto run = run_to_end({Shelf::beside_program().command("stress"), "--cpus",
                           std::to_string(harts), "--ops", "10000", "--seed", "1", "--schedule",
                           schedule, "--json", file, "forkbomb"});
    if (!run) {
        return error(run.error().message);
    }
    auto json = nlohmann::json::parse(std::ifstream(file), nullptr, false);
    std::filesystem::remove(file);
    if (json.is_discarded()) {
        return error("stress wrote no JSON that can be read");
    }
    std::vector<double> retired = json.at("instructions");
    return json.at("cpu_s").get<double>() * 1e9 /
           std::accumulate(retired.begin(), retired.end(), 0.0);
}

Result<void> measure(Report& report, unsigned runs) {
    for (unsigned harts : {1u, 8u}) {
        std::vector<double> times[kinds], ratios[kinds];
        for (unsigned run = 0; run < runs; ++run) {
            for (std::size_t kind = 0; kind < kinds; ++kind) {
                auto time = forkbomb(harts, schedules[kind]);
                if (!time) {
                    return error(time.error().message);
                }
                times[kind].push_back(*time);
                ratios[kind].push_back(*time / times[0].back());
            }
        }
        for (std::size_t kind = 0; kind < kinds; ++kind) {
            bool held = kind == 1 || kind == 2;  // pct counts events, which is dearer: no bar
            report.add({fmt::format("{}, {} harts", schedules[kind], harts),
                        {{"ns/instruction", median(times[kind])},
                         {"against parallel", median(ratios[kind])}},
                        held ? std::optional(Bar{Direction::AtMost, harts == 1 ? 1.1 : 1.5})
                             : std::nullopt});
        }
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    return run_benchmark(argc, argv, "repeatable schedules against parallel harts, forkbomb",
                         {{"policy", "kmem"}, {"cpus", "1,8"}, {"time", "counted; parallel: host"}},
                         measure);
}
