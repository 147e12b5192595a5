// Random programs on our harts and in QEMU, body by body; or on our harts alone, in slices of
// different lengths.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "harts/tests/compare_programs.h"
#include "harts/tests/programs/generator.h"
#include "harts/tests/run_machine.h"
#include "harts/tests/run_qemu.h"

namespace {

using namespace stampede;

struct Options {
    u64 programs = 400;
    u64 seed = 1;
    u64 first = 0;
    bool own = false;
};

constexpr u64 instructions_for_a_body = 2'000'000;  // some fifty times what one takes

u64 limit_for(std::size_t bodies) { return instructions_for_a_body * (bodies + 1); }

Runner own_runner(u64 budget, u64 limit) {
    return [=](std::span<const std::byte> image) -> Result<std::string> {
        auto run = run_in_machine(image, budget, limit);
        if (!run) {
            return std::unexpected(run.error());
        }
        return std::move(run->output);
    };
}

std::vector<programs::Body> bodies_of(const Options& options, u64 index, u64 count) {
    std::vector<programs::Body> bodies;
    for (u64 n = 0; n < count; ++n) {
        bodies.push_back(programs::random_body((options.seed << 32) + options.first + index + n));
    }
    programs::place(bodies);
    return bodies;
}

void report(const Options& options, const Contestants& contestants, const programs::Body& body) {
    const u64 index = body.seed - (options.seed << 32);
    fmt::print("program {} of seed {} differs: {}", index, options.seed,
               describe_difference(contestants, body));
    std::fflush(stdout);
    const auto least = shrink(contestants, body);
    fmt::print("the least that differs ({} of {} items): {}", least.items.size(), body.items.size(),
               describe_difference(contestants, least));
    fmt::print("again: qemu_compare{} --seed {} --first {} --programs 1\n",
               options.own ? " --own" : "", options.seed, index);
}

// Number of images that differ.
u64 compare(const Options& options, const std::function<Contestants(std::size_t)>& contestants) {
    u64 different = 0;
    for (u64 index = 0; index < options.programs; index += programs::bodies_in_an_image) {
        const u64 count = std::min<u64>(programs::bodies_in_an_image, options.programs - index);
        const auto bodies = bodies_of(options, index, count);
        const auto pair = contestants(bodies.size());
        const auto found = first_difference(pair, bodies);
        if (!found) {
            fmt::print("programs {} to {} of seed {}: {}\n", options.first + index,
                       options.first + index + count - 1, options.seed, found.error().message);
            ++different;
        } else if (*found) {
            report(options, contestants(1), bodies[**found]);
            ++different;
        }
        std::fflush(stdout);
    }
    return different;
}

u64 compare_with_qemu(const Options& options) {
    return compare(options, [](std::size_t bodies) {
        // of a busy host; an image takes less than one
        const std::chrono::seconds limit(bodies == 1 ? 10 : 120);
        return Contestants{
            "QEMU", [limit](std::span<const std::byte> image) { return run_in_qemu(image, limit); },
            "ours", own_runner(unlimited_budget, limit_for(bodies))};
    });
}

// The same instructions must be executed whatever the slices: budgets of 1 use the full hart alone,
// long ones the fast one.
u64 compare_slices(const Options& options) {
    u64 different = 0;
    for (const u64 budget : {1, 7, 1000}) {
        different += compare(options, [budget](std::size_t bodies) {
            return Contestants{"unlimited slices", own_runner(unlimited_budget, limit_for(bodies)),
                               fmt::format("slices of {}", budget),
                               own_runner(budget, limit_for(bodies))};
        });
    }
    return different;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app(
        "Runs random bare-metal programs on our harts and in QEMU and compares what they leave "
        "behind.");
    app.add_option("--programs", options.programs, "how many");
    app.add_option("--seed", options.seed, "of the random numbers");
    app.add_option("--first", options.first, "number of the first program");
    app.add_flag(
        "--own", options.own,
        "compare our harts with themselves, in slices of 1, 7, 1000 and very many instructions");
    CLI11_PARSE(app, argc, argv);
    const u64 different = options.own ? compare_slices(options) : compare_with_qemu(options);
    fmt::print(
        "{} random programs, seed {}: {}\n", options.programs, options.seed,
        different == 0 ? "no difference" : fmt::format("differences in {} images", different));
    return different == 0 ? 0 : 1;
}
