// pct_bounds --runs N: PCT's hit rate on each program of known depth against 1/(n*k^(d-1)). Exit: 0
// when none is below at p < 0.001.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "harts/tests/schedules/binomial.h"
#include "harts/tests/schedules/pct_hits.h"

using namespace stampede;
using namespace stampede::schedules;

int main(int argc, char** argv) {
    u64 runs = 10'000, seed = 1;
    CLI::App app("How often pct finds bugs of known depth.");
    app.add_option("--runs", runs, "of each program")->capture_default_str();
    app.add_option("--seed", seed, "of the first run")->capture_default_str();
    CLI11_PARSE(app, argc, argv);

    const auto guest = stampede::races::MicroGuest::read();
    bool all_well = guest.has_value();
    fmt::print("{:<28} {:>2} {:>2} {:>4} {:>7} {:>9} {:>9} {:>8}\n", "program", "n", "d", "k",
               "hits", "rate", "bound", "p");
    for (const stampede::races::MicroProgram& program : stampede::races::micro_programs()) {
        const stampede::races::Shape& shape = program.shape;
        const auto found = guest ? count_hits(*guest, shape, runs, seed)
                                 : Result<Hits>(std::unexpected(guest.error()));
        if (!found) {
            fmt::print(stderr, "pct_bounds: {}\n", found.error().message);
            return 1;
        }
        const double bound = bound_of(shape), p = at_most(found->hits, found->runs, bound);
        fmt::print("{:<28} {:>2} {:>2} {:>4} {:>7} {:>9.5f} {:>9.5f} {:>8.4f}\n", program.name,
                   shape.harts, shape.depth, shape.events(), found->hits,
                   static_cast<double>(found->hits) / static_cast<double>(runs), bound, p);
        all_well &= !refuses(found->hits, found->runs, bound);
    }
    return all_well ? 0 : 1;
}
