// What does it cost to take a machine back to a snapshot? forkbomb, whose runs from there are long
// enough for so many dirty pages.
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "bench/emulator/snapshot_run.h"
#include "bench/support/report.h"
#include "bench/support/statistics.h"

using namespace stampede;
using namespace stampede::bench;

namespace {

constexpr unsigned resets_a_run = 2'000;
constexpr u64 dirty_pages[] = {32, 64, 256};

struct Times {
    // of those within so many dirty pages
    std::vector<double> microseconds[std::size(dirty_pages)];
};

// Resets behind runs of ever more instructions, up to the longest that dirties as many pages as are
// asked for.
Result<void> reset(unsigned harts, u64 seed, Times& times) {
    auto run = SnapshotRun::create(harts);
    if (!run) {
        return error(run.error().message);
    }
    for (unsigned n = 0; n < resets_a_run; ++n) {
        if (auto ran = (*run)->run(seed * resets_a_run + n, 500 + n % 500 * 100); !ran) {
            return ran;
        }
        u64 dirty = (*run)->dirty_pages();
        auto began = std::chrono::steady_clock::now();
        (*run)->restore();
        double took =
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began)
                .count();
        for (std::size_t k = 0; k < std::size(dirty_pages); ++k) {
            if (dirty <= dirty_pages[k]) {
                times.microseconds[k].push_back(took);
            }
        }
    }
    return {};
}

Result<void> measure(Report& report, unsigned runs) {
    for (unsigned harts : {2u, 8u}) {
        Times times;
        for (unsigned run = 0; run < runs; ++run) {
            if (auto done = reset(harts, run, times); !done) {
                return done;
            }
        }
        for (std::size_t n = 0; n < std::size(dirty_pages); ++n) {
            const auto& us = times.microseconds[n];
            if (us.size() < 100) {
                return error(
                    fmt::format("{} resets of up to {} pages only", us.size(), dirty_pages[n]));
            }
            bool held = harts == 8 && dirty_pages[n] == 64;
            for (auto [share, bar] : {std::pair{0.5, 10.0}, {0.99, 40.0}}) {
                report.add({fmt::format("{} harts, up to {} dirty pages, p{:.0f}", harts,
                                        dirty_pages[n], share * 100),
                            {{"resets", static_cast<double>(us.size())},
                             {"µs a reset", percentile(us, share)}},
                            held ? std::optional(Bar{Direction::AtMost, bar}) : std::nullopt});
            }
        }
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    return run_benchmark(argc, argv, "taking a machine back to a snapshot",
                         {{"policy", "kmem"}, {"cpus", "2,8"}, {"time", "counted"}}, measure);
}
