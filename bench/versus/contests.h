// The rows of a comparison with QEMU: what both boot, and what a row says.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "bench/support/report.h"

namespace stampede::bench {

struct Contest {
    // a bare-metal loop of bench/guest, a program of the kernel
    enum class Guest { Loop, Program };
    Guest guest;
    const char* name;
    unsigned harts = 1;
    std::optional<Bar> bar;
    bool in_mean = false;
    unsigned copies = 1;  // of a program, at once

    [[nodiscard]] std::string row() const;
};

[[nodiscard]] std::span<const Contest> contests();
// How many of them the mean is of.
[[nodiscard]] std::size_t contests_in_mean();

struct ContestChoice {
    std::string filter;    // a regular expression, of any part of a row's name
    unsigned seconds = 2;  // of each program, guest time

    [[nodiscard]] bool wants(const Contest& contest) const;
};
void add_options(CLI::App& app, ContestChoice& choice);

// Runs the guest under both in turn, `runs` times; medians of CPU nanoseconds a unit, and last how
// many times faster ours is.
[[nodiscard]] Result<Row> compare_with_qemu(const Contest& contest, unsigned seconds,
                                            unsigned runs);

}  // namespace stampede::bench
