// The words of `--schedule`, and the schedule that they ask for.
//
//     parallel              every hart on its own host thread: no schedule at all
//     round-robin[:N]       each hart in turn, N instructions (1,000)
//     random[:N]            any hart, N instructions on average (1,000)
//     pct:D[:K]             PCT of depth D over K events (2,000)
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "harts/base/error.h"
#include "harts/schedule/schedule.h"

namespace stampede {

struct ScheduleSpec {
    enum class Kind : u8 { Parallel, RoundRobin, Random, Pct };

    Kind kind = Kind::Parallel;
    u64 instructions = 1000;  // of RoundRobin and Random
    unsigned depth = 0;       // of Pct
    u64 events = 0;           // of Pct: k

    // Error: what was found and what is expected.
    [[nodiscard]] static Result<ScheduleSpec> parse(std::string_view words);
    // parse() of it gives the same.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool repeatable() const { return kind != Kind::Parallel; }
    // Null for Parallel. 1 to 64 harts.
    [[nodiscard]] std::unique_ptr<Schedule> make(u64 seed, unsigned harts) const;

    friend bool operator==(const ScheduleSpec&, const ScheduleSpec&) = default;
};

}  // namespace stampede
