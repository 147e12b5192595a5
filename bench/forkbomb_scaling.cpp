// Does forkbomb keep its speed when harts outnumber cores, and does every hart take part? `stress
// --json` at 2 and 8 harts in turn.
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

constexpr unsigned operations = 30000;

struct Sample {
    double operations_per_cpu_s;
    // of all instructions, of the hart that retired fewest, times the number of harts
    double smallest_share;
};

Result<Sample> forkbomb(unsigned harts) {
    std::string file = std::filesystem::temp_directory_path() /
                       fmt::format("bench_forkbomb_scaling.{}.json", getpid());
    auto run = run_to_end({Shelf::beside_program().command("stress"), "--cpus",
                           std::to_string(harts), "--ops", std::to_string(operations), "--seed",
                           "1", "--json", file, "forkbomb"});
    if (!run) {
        return error(run.error().message);
    }
    auto json = nlohmann::json::parse(std::ifstream(file), nullptr, false);
    std::filesystem::remove(file);
    if (json.is_discarded()) {
        return error("stress wrote no JSON that can be read");
    }
    std::vector<double> retired = json.at("instructions");
    double all = std::accumulate(retired.begin(), retired.end(), 0.0);
    return Sample{
        json.at("operations").at("forkbomb").get<double>() / json.at("cpu_s").get<double>(),
        *std::ranges::min_element(retired) / all * harts};
}

Result<void> measure(Report& report, unsigned runs) {
    constexpr unsigned sizes[] = {2, 8};
    std::vector<double> speed[2], share[2];
    for (unsigned run = 0; run < runs; ++run) {
        for (unsigned i = 0; i < 2; ++i) {
            auto sample = forkbomb(sizes[i]);
            if (!sample) {
                return error(sample.error().message);
            }
            speed[i].push_back(sample->operations_per_cpu_s);
            share[i].push_back(sample->smallest_share);
        }
    }
    for (unsigned i = 0; i < 2; ++i) {
        report.add({fmt::format("forkbomb, {} harts", sizes[i]),
                    {{"operations/CPU s", median(speed[i])}, {"least share x N", median(share[i])}},
                    Bar{Direction::AtLeast, 0.5}});
    }
    report.add({"8 harts against 2",
                {{"speed", median(speed[1]) / median(speed[0])}},
                Bar{Direction::AtLeast, 0.8}});
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    return run_benchmark(argc, argv, "forkbomb on more harts than cores",
                         {{"policy", "kmem"}, {"cpus", "2,8"}, {"time", "host"}}, measure);
}
