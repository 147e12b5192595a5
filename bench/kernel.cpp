// How many operations does each kernel do in a CPU second? Benchmarks of the guest, a copy a hart,
// each hart on a thread of its own. A row is one window of wall time, behind boot and first
// batches. Its time is this process's CPU time, all threads, an operation; items_per_second are
// operations a CPU second. Google Benchmark's flags.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <thread>

#include "bench/kernel/options.h"
#include "bench/kernel/throughputs.h"
#include "bench/support/google_benchmark.h"
#include "harts/guests/shelf.h"

using namespace stampede;
using namespace stampede::bench;

namespace {

void measure_row(benchmark::State& state, const Point& point, double seconds,
                 Throughputs& measured) {
    HostMeasurement sum;
    for (auto _ : state) {
        const Result<HostMeasurement> one = measure_on_host(point, seconds);
        if (!one) {
            return give_up(state, one.error());
        }
        sum = *one;
        state.SetIterationTime(one->cpu_s / static_cast<double>(one->operations));
    }
    state.SetItemsProcessed(state.iterations());
    state.counters["operations"] = static_cast<double>(sum.operations);
    state.counters["cpu_s"] = sum.cpu_s;
    state.counters["wall_s"] = sum.wall_s;
    if (point.harts > std::thread::hardware_concurrency()) {
        state.SetLabel("more harts than cores");
    }
    measured.add(point, static_cast<double>(sum.operations) / sum.cpu_s);
}

}  // namespace

int main(int argc, char** argv) {
    const auto options =
        parse_kernel_bench_options(argc, argv, Shelf::beside_program().right_kernels());
    if (!options) {
        fmt::print(options.error().wanted ? stdout : stderr, "{}", options.error().text);
        return options.error().wanted ? 0 : 1;
    }
    Throughputs measured;
    for (const Point& point : options->points()) {
        benchmark::RegisterBenchmark(
            fmt::format("kernel/{}/{}/{}", point.program, point.policy, point.harts).c_str(),
            measure_row, point, options->seconds, std::ref(measured))
            ->UseManualTime()
            ->Unit(benchmark::kMicrosecond);
    }
    std::vector<std::string> words = options->google;
    std::vector<char*> google;
    for (std::string& word : words) {
        google.push_back(word.data());
    }
    const int status =
        google_benchmark_main(static_cast<int>(google.size()), google.data(),
                              {{"policy", fmt::format("{}", fmt::join(options->policies, ","))},
                               {"cpus", fmt::format("{}", fmt::join(options->cpus, ","))},
                               {"time", "host"},
                               {"seconds", fmt::format("{}", options->seconds)}});
    if (options->for_people()) {
        fmt::print("{}", measured.table(*options, std::thread::hardware_concurrency()));
    }
    return status;
}
