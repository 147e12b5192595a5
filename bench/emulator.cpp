// How fast does the emulator execute instructions, by kind, and how fast does it come back to a
// snapshot? In this process, without QEMU. Google Benchmark's flags. Loops run a thread a hart, or
// under a repeatable schedule on one thread: CPU time, in MIPS and ns a unit too, is that of all
// threads, from where the guest's loop begins to where it ends. Resets are host time.
#include <chrono>

#include "bench/emulator/loop_rows.h"
#include "bench/emulator/snapshot_run.h"
#include "bench/support/google_benchmark.h"
#include "harts/base/cpu_time.h"

using namespace stampede;
using namespace stampede::bench;

namespace {

void loop(benchmark::State& state, const LoopSetup& setup) {
    LoopCounts sum;
    double cpu_s = 0;
    for (auto _ : state) {
        state.PauseTiming();
        auto guest = GuestLoop::create(setup);
        if (!guest) {
            return give_up(state, guest.error());
        }
        const double began = process_cpu_s();
        state.ResumeTiming();
        const Result<void> ran = (*guest)->run();
        state.PauseTiming();
        cpu_s += process_cpu_s() - began;
        const Result<LoopCounts> counts = ran ? (*guest)->finish() : std::unexpected(ran.error());
        if (!counts) {
            return give_up(state, counts.error());
        }
        sum.units += counts->units, sum.executed += counts->executed,
            sum.in_loop += counts->in_loop;
        guest->reset();
        state.ResumeTiming();
    }
    const auto each = [](u64 count) {
        return benchmark::Counter(static_cast<double>(count), benchmark::Counter::kAvgIterations);
    };
    state.counters["MIPS"] = static_cast<double>(sum.executed) / cpu_s * 1e-6;
    state.counters["ns_a_unit"] = cpu_s / static_cast<double>(sum.units) * 1e9;
    state.counters["instructions"] = each(sum.executed);
    state.counters["in_loop"] = each(sum.in_loop);
    state.counters["units"] = each(sum.units);
}

// A reset behind a run of forkbomb.
void reset(benchmark::State& state) {
    auto run = SnapshotRun::create(static_cast<unsigned>(state.range(0)));
    if (!run) {
        return give_up(state, run.error());
    }
    constexpr u64 instructions = 20'000;  // they dirty some 50 pages
    u64 pages = 0, seed = 0;
    for (auto _ : state) {
        if (auto ran = (*run)->run(++seed, instructions); !ran) {
            return give_up(state, ran.error());
        }
        pages += (*run)->dirty_pages();
        const auto began = std::chrono::steady_clock::now();
        (*run)->restore();
        state.SetIterationTime(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    }
    state.counters["dirty_pages"] =
        benchmark::Counter(static_cast<double>(pages), benchmark::Counter::kAvgIterations);
}

}  // namespace

int main(int argc, char** argv) {
    for (const LoopRow& row : loop_rows()) {
        benchmark::RegisterBenchmark(row.name, loop, row.setup)
            ->MeasureProcessCPUTime()
            ->Unit(benchmark::kMillisecond);
    }
    benchmark::RegisterBenchmark("snapshot/reset", reset)
        ->ArgName("harts")
        ->Arg(2)
        ->Arg(8)
        ->Iterations(1000)
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
    return google_benchmark_main(argc, argv,
                                 {{"policy", "kmem"}, {"cpus", "1,2,8"}, {"time", "host"}});
}
