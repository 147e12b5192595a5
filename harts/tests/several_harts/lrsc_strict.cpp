// lrsc_strict --tries N: the strict test of load-reserved and store-conditional with as many tries as one has patience for.
// Exit: 0 when no store between a pair was missed.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "harts/tests/several_harts/parallel_machine.h"

using namespace stampede;
using namespace stampede::several_harts;

int main(int argc, char** argv) {
    u64 tries = 10'000'000;
    unsigned harts = 2;
    u32 patience = 0;
    bool halves = false, turns = false;
    CLI::App app("Stores that a store-conditional missed, counted: one hart stores, the others reserve.");
    app.add_option("--tries", tries, "store-conditionals, all harts together")->capture_default_str();
    app.add_option("--harts", harts, "2 to 64, the storing one among them")->check(CLI::Range(2, 64))->capture_default_str();
    app.add_option("--patience", patience, "stores after which a page loses its mark; 0: as built");
    app.add_flag("--halves", halves, "reserve words of which the whole double is stored");
    app.add_flag("--turns", turns, "one host thread, turns of a few instructions: dense even on a busy host");
    CLI11_PARSE(app, argc, argv);

    const u64 rounds = (tries + harts - 2) / (harts - 1);
    const auto machine = ParallelMachine::run({.program = halves ? Program::StrictHalves : Program::Strict,
                                               .harts = harts,
                                               .rounds = rounds,
                                               .patience = patience,
                                               .drive = turns ? Drive::Turns : Drive::Threads},
                                              std::chrono::hours(24));
    if (!machine) {
        fmt::print(stderr, "lrsc_strict: {}\n", machine.error().message);
        return 1;
    }
    const u64 wrong = machine->result(0, 0);
    fmt::print("{} tries, {} stored conditionally, {} seen by the storing hart, {} violations\n", rounds * (harts - 1),
               machine->sum(0, 1), machine->result(0, 1), wrong);
    return wrong == 0 ? 0 : 1;
}
