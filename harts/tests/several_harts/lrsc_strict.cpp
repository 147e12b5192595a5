// lrsc_strict --tries N: the strict test of load-reserved and store-conditional with as many tries
// as one has patience for; with --stack a Treiber stack instead, which a store-conditional that
// misses a store pops twice (ABA). Exit: 0 when no store between a pair was missed.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "harts/tests/several_harts/parallel_machine.h"

using namespace stampede;
using namespace stampede::several_harts;

namespace {

int report_stack(const ParallelMachine& machine) {
    const u64 twice = machine.sum(0);
    fmt::print("{} pops, {} nodes popped twice\n", machine.sum(1), twice);
    return twice == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    u64 tries = 10'000'000;
    unsigned harts = 2;
    u32 patience = 0;
    bool halves = false, turns = false, stack = false;
    CLI::App app(
        "Stores that a store-conditional missed, counted: one hart stores, the others reserve.");
    app.add_option("--tries", tries, "store-conditionals, all harts together")
        ->capture_default_str();
    app.add_option("--harts", harts, "2 to 64, the storing one among them")
        ->check(CLI::Range(2, 64))
        ->capture_default_str();
    app.add_option("--patience", patience, "stores after which a page loses its mark; 0: as built");
    app.add_flag("--halves", halves, "reserve words of which the whole double is stored");
    app.add_flag("--stack", stack, "about so many pops of a Treiber stack instead");
    app.add_flag("--turns", turns,
                 "one host thread, turns of a few instructions: dense even on a busy host");
    CLI11_PARSE(app, argc, argv);

    // Each of the reserving harts' rounds is a try; of the stack's, every hart's, about three pops
    // in two rounds.
    const u64 rounds =
        stack ? (tries * 2 / 3 + harts - 1) / harts : (tries + harts - 2) / (harts - 1);
    const Program strict = halves ? Program::StrictHalves : Program::Strict;
    const auto machine =
        ParallelMachine::run({.program = stack ? Program::Stack : strict,
                              .harts = harts,
                              .rounds = rounds,
                              .patience = patience,
                              .drive = turns ? Drive::OneThread : Drive::ThreadAHart},
                             std::chrono::hours(24));
    if (!machine) {
        fmt::print(stderr, "lrsc_strict: {}\n", machine.error().message);
        return 1;
    }
    if (stack) {
        return report_stack(*machine);
    }
    const u64 wrong = machine->result(0, 0);
    fmt::print("{} tries, {} stored conditionally, {} seen by the storing hart, {} violations\n",
               rounds * (harts - 1), machine->sum(0, 1), machine->result(0, 1), wrong);
    return wrong == 0 ? 0 : 1;
}
