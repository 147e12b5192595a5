// schedule_repeat --runs N: the same run of the real kernel again and again, each time in a machine
// of its own; with --load while busy threads want the host's cores. Exit: 0 when every run was the
// first one over again.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include "harts/tests/schedules/repeat.h"

using namespace stampede;
using namespace stampede::schedules;

namespace {

// Three busy threads a core until it goes.
class Load {
public:
    explicit Load(bool wanted) {
        for (unsigned n = 0; wanted && n < 3 * std::max(1u, std::thread::hardware_concurrency());
             ++n) {
            threads_.emplace_back([this] {
                while (!over_.load(std::memory_order_relaxed)) {  // relaxed: whenever it sees it
                }
            });
        }
    }
    ~Load() {
        over_.store(true, std::memory_order_relaxed);
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }

private:
    std::atomic<bool> over_{false};  // by the main thread, for the busy ones
    std::vector<std::thread> threads_;
};

}  // namespace

int main(int argc, char** argv) {
    unsigned runs = 1000;
    bool load = false;
    KernelRun run;
    run.harts = 8;
    std::string words = "random:1000";
    CLI::App app(
        "Runs of the real kernel under one schedule and seed, compared: hash of RAM, harts and "
        "devices, instructions by hart, turns.");
    app.add_option("--runs", runs, "how many")->capture_default_str();
    app.add_option("--schedule", words, "as stress takes it, but parallel")->capture_default_str();
    app.add_option("--harts", run.harts)->check(CLI::Range(1, 64))->capture_default_str();
    app.add_option("--seed", run.seed)->capture_default_str();
    app.add_option("--ops", run.operations, "of the workload")->capture_default_str();
    app.add_option("--workload", run.workload)->capture_default_str();
    app.add_flag("--load", load, "busy threads beside it, three a core");
    CLI11_PARSE(app, argc, argv);

    const auto spec = ScheduleSpec::parse(words);
    const auto kernel = read_kernel();
    if (!spec || !kernel || !spec->repeatable()) {
        fmt::print(stderr, "schedule_repeat: {}\n",
                   !spec     ? spec.error().message
                   : !kernel ? kernel.error().message
                             : "parallel does not repeat");
        return 1;
    }
    run.schedule = *spec;
    const Load busy(load);
    KernelOutcome first;
    unsigned same = 0;
    for (unsigned n = 0; n < runs; ++n) {
        auto outcome = run_kernel(*kernel, run);
        if (!outcome) {
            fmt::print(stderr, "schedule_repeat: {}\n", outcome.error().message);
            return 1;
        }
        if (n == 0) {
            first = std::move(*outcome);
            ++same;
        } else {
            same += outcome->trace == first.trace && outcome->turns == first.turns ? 1 : 0;
        }
    }
    fmt::print("{} of {} runs the same: {}, {} harts, {} turns, state {:016x}{}\n", same, runs,
               spec->text(), run.harts, first.turns.size(), first.trace.state_hash,
               load ? ", on a loaded host" : "");
    return same == runs ? 0 : 1;
}
