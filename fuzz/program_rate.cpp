// program_rate --programs N, program_rate-race with race detection: generated programs on the real
// kernel, each from its snapshot; how many a CPU second, and what they were like. With --every the
// rate and the memory of each so many stand in a line: whether they stay as they are over hours.
// With --again all run once more, the last one first: how many cover the same, of branches and of
// meetings. Exit: 0, or 2 when one found something, or more than one in a thousand covers something
// else.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string_view>

#include "fuzz/program/generate/generate.h"
#include "fuzz/program/text/text.h"
#include "fuzz/program_runner.h"
#include "fuzz/targets/races.h"
#include "harts/base/cpu_time.h"
#include "harts/guests/shelf.h"

using namespace stampede;
using namespace stampede::fuzz;

namespace {

// Resident now, in MB.
u64 resident_megabytes() {
    u64 all = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * static_cast<u64>(::sysconf(_SC_PAGESIZE)) >> 20;
}

u64 hash_of(std::span<const u8> counters) {
    return std::hash<std::string_view>()(
        {reinterpret_cast<const char*>(counters.data()), counters.size()});
}

// Of all programs.
struct Totals {
    u64 calls = 0, several_processes = 0, with_fork = 0, instructions = 0, dirty_pages = 0,
        found = 0;
    std::array<u64, 4> ends{};
};

void run_one(ProgramRunner& runner, RandomNumbers& random, Totals& totals) {
    const Program program = generate(random);
    const ProgramOutcome outcome = runner.run(program);
    const Extent extent = extent_of(program);
    totals.calls += extent.calls;
    totals.several_processes += program.processes.size() > 1 ? 1 : 0;
    totals.with_fork += extent.forks != 0 ? 1 : 0;
    totals.instructions += outcome.instructions;
    totals.dirty_pages += outcome.dirty_pages;
    ++totals.ends[static_cast<std::size_t>(outcome.end)];
    if (!outcome.findings.empty() && totals.found++ < 10) {
        const Finding& first = outcome.findings.front();
        fmt::print("{}\nfound: {}: {}\n{}\n\n", print(program), name_of(first.kind), first.title,
                   first.detail);
    }
}

// The same programs from the last to the first; `first` has a hash of each one's counters. How many
// differ.
u64 run_again(ProgramRunner& runner, u64 seed, std::span<u8> counters,
              const std::vector<u64>& first) {
    RandomNumbers random(seed);
    std::vector<Program> programs;
    for (std::size_t n = 0; n < first.size(); ++n) {
        programs.push_back(generate(random));
    }
    u64 others = 0;
    for (std::size_t n = first.size(); n-- != 0;) {
        std::ranges::fill(counters, u8{0});
        (void)runner.run(programs[n]);
        if (hash_of(counters) != first[n] && ++others <= 3) {
            fmt::print("{}\ncovers something else on a second run\n\n", print(programs[n]));
        }
    }
    return others;
}

}  // namespace

int main(int argc, char** argv) {
    u64 programs = 50'000, seed = 1, every = 0;
    std::string policy = default_kernel;
    bool covered = true, again = false;
    RunnerSetup setup;
    CLI::App app("Generated programs on the real kernel, each from one snapshot.");
    app.add_option("--programs", programs, "how many")
        ->check(CLI::Range(u64{1}, u64{1} << 40))
        ->capture_default_str();
    app.add_option("--every", every, "a line for each so many programs; 0: none")
        ->capture_default_str();
    app.add_option("--harts", setup.harts)->check(CLI::Range(1, 64))->capture_default_str();
    app.add_option("--seed", seed, "of the programs")->capture_default_str();
    app.add_option("--policy", policy, "which kernel")->capture_default_str();
    app.add_flag("!--no-coverage", covered, "without counting the kernel's branches");
    app.add_flag("--again", again, "each program twice, and whether it covers the same");
    CLI11_PARSE(app, argc, argv);

    auto guest = Shelf::beside_program().kernel(policy);
    if (!guest) {
        fmt::print(stderr, "program_rate: {}\n", guest.error().message);
        return 1;
    }
    setup.guest = std::move(*guest);
    std::vector<u8> counters(covered ? std::size_t{3} << 16 : 0);
    setup.coverage = std::span(counters).first(counters.size() / 3 * 2);
    setup.interleavings = std::span(counters).last(counters.size() / 3);
    setup.race = race_detection;
    const auto runner = ProgramRunner::create(setup);
    if (!runner) {
        fmt::print(stderr, "program_rate: {}\n", runner.error().message);
        return 1;
    }
    for (const Finding& finding : (*runner)->at_boot()) {
        fmt::print("found before any program ran: {}: {}\n{}\n\n", name_of(finding.kind),
                   finding.title, finding.detail);
    }
    RandomNumbers random(seed);
    Totals totals;
    const double began = process_cpu_s();
    double last = began;
    std::vector<u64> hashes;
    for (u64 n = 1; n <= programs; ++n) {
        std::ranges::fill(counters, u8{0});  // as libFuzzer does
        run_one(**runner, random, totals);
        if (again) {
            hashes.push_back(hash_of(counters));
        }
        if (every != 0 && n % every == 0) {
            const double now = process_cpu_s();
            fmt::print("{} programs: {:.0f} a CPU second, {} MB resident\n", n,
                       static_cast<double>(every) / (now - last), resident_megabytes());
            std::fflush(stdout);
            last = now;
        }
    }
    const double took = process_cpu_s() - began, count = static_cast<double>(programs);
    const auto mean = [&](u64 sum) { return static_cast<double>(sum) / count; };
    fmt::print("{} programs, {} harts, {}: {:.0f} a CPU second\n", programs, setup.harts, policy,
               count / took);
    fmt::print(
        "each {:.1f} calls, {:.0f} instructions, {:.1f} dirty pages; {:.0f} % with several "
        "processes, {:.0f} % with a fork\n",
        mean(totals.calls), mean(totals.instructions), mean(totals.dirty_pages),
        100 * mean(totals.several_processes), 100 * mean(totals.with_fork));
    fmt::print(
        "{} slept, {} had their instructions spent, {} were stuck, {} stopped; {} found "
        "something\n",
        totals.ends[0], totals.ends[1], totals.ends[2], totals.ends[3], totals.found);
    const u64 others = run_again(**runner, seed, counters, hashes);
    if (again) {
        fmt::print("{} of {} cover the same when they run again behind others\n", programs - others,
                   programs);
    }
    return others * 1000 <= programs && totals.found == 0 && (*runner)->at_boot().empty() ? 0 : 2;
}
