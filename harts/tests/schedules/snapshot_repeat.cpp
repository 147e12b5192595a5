// snapshot_repeat --resets N: the real kernel from one snapshot again and again, under a few seeds
// in turn; each run is held against the first one with its seed: every page that it has changed,
// and the rest of the machine. Exit: 0 when all were the same.
#include <fmt/format.h>
#include <xxhash.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <vector>

#include "harts/machine/snapshot.h"
#include "harts/memory/ram.h"
#include "harts/tests/schedules/repeat.h"

using namespace stampede;
using namespace stampede::schedules;

namespace {

constexpr u64 seeds = 64;
constexpr u64 whole_every = 10'000;  // resets between two looks at all of RAM

struct Options {
    u64 resets = 1'000'000;
    unsigned harts = 2;
    u64 instructions = 5'000;
    std::string words = "random:200";
};

u64 hash_of_changes(Machine& machine, const Snapshot& snapshot) {
    u64 hash = machine.register_hash();
    for (const u32 page : snapshot.dirty_pages()) {
        hash = XXH3_64bits_withSeed(machine.ram().host(ram_base + u64{page} * page_size), page_size,
                                    hash ^ page);
    }
    return hash;
}

Result<u64> count_the_same(const Options& options, const ScheduleSpec& spec) {
    const auto kernel = read_kernel();
    if (!kernel) {
        return std::unexpected(kernel.error());
    }
    auto machine = Machine::create({.harts = options.harts,
                                    .memory = u64{16} << 20,
                                    .time = TimeMode::Counted,
                                    .bootargs = "run=forkbomb ops=100000000 seed=1",
                                    .permits = 0},
                                   *kernel);
    if (!machine) {
        return std::unexpected(machine.error());
    }
    GuestCallSink nobody;
    (*machine)->set_guest_calls(&nobody);
    (*machine)->run_scheduled(*spec.make(1, options.harts), 5'000'000);
    Snapshot snapshot(**machine);
    const u64 whole = (*machine)->state_hash();
    std::vector<u64> first(seeds);
    u64 same = 0;
    for (u64 n = 0; n < options.resets; ++n) {
        const u64 seed = n % seeds;
        (*machine)->set_perturbation(spec.perturbation(seed));
        if (const MachineStop stop =
                (*machine)->run_scheduled(*spec.make(seed, options.harts), options.instructions);
            stop != MachineStop::Deadline) {
            return error(fmt::format("the kernel stopped by itself ({})", static_cast<int>(stop)));
        }
        const u64 hash = hash_of_changes(**machine, snapshot);
        first[seed] = n < seeds ? hash : first[seed];
        snapshot.restore();
        const bool back = n % whole_every != 0 || (*machine)->state_hash() == whole;
        same += hash == first[seed] && back ? 1 : 0;
    }
    return same;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Runs of the real kernel from one snapshot, compared.");
    app.add_option("--resets", options.resets, "how many")->capture_default_str();
    app.add_option("--schedule", options.words, "as stress takes it, but parallel")
        ->capture_default_str();
    app.add_option("--harts", options.harts)->check(CLI::Range(1, 64))->capture_default_str();
    app.add_option("--instructions", options.instructions, "of each run")->capture_default_str();
    CLI11_PARSE(app, argc, argv);

    const auto spec = ScheduleSpec::parse(options.words);
    if (!spec || !spec->repeatable()) {
        fmt::print(stderr, "snapshot_repeat: {}\n",
                   !spec ? spec.error().message : "parallel does not repeat");
        return 1;
    }
    const Result<u64> same = count_the_same(options, *spec);
    if (!same) {
        fmt::print(stderr, "snapshot_repeat: {}\n", same.error().message);
        return 1;
    }
    fmt::print("{} of {} runs from one snapshot the same: {}, {} harts, {} instructions each\n",
               *same, options.resets, spec->text(), options.harts, options.instructions);
    return *same == options.resets ? 0 : 1;
}
