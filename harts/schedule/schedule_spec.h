// The words of `--schedule`, and the schedule that they ask for.
//
//     parallel              every hart on its own host thread: no schedule at all
//     round-robin[:N]       each hart in turn, N instructions (1,000)
//     random[:N]            any hart, N instructions on average (1,000)
//     pct:D[:K]             PCT of depth D over K events (2,000)
//
// Behind all but `parallel`, how often the guest is perturbed (perturbation.h), of 1,024; random
// and pct do so unasked:
//
//     ,sc=N                 store-conditionals that fail (8)
//     ,evict=N              translations that are not kept (8)
//     ,timer=N              stretches of 1,024 instructions with an early timer (4)
//     ,late=N               interrupts that are noticed late (16)
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "harts/base/error.h"
#include "harts/schedule/perturbation.h"
#include "harts/schedule/schedule.h"

namespace stampede {

struct ScheduleSpec {
    enum class Kind : u8 { Parallel, RoundRobin, Random, Pct };

    Kind kind = Kind::Parallel;
    u64 instructions = 1000;  // of RoundRobin and Random
    unsigned depth = 0;       // of Pct
    u64 events = 0;           // of Pct: k
    Perturbation often;       // its seed is not used

    // Error: what was found and what is expected.
    [[nodiscard]] static Result<ScheduleSpec> parse(std::string_view words);
    // parse() of it gives the same.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool repeatable() const { return kind != Kind::Parallel; }
    // `often`, with a seed.
    [[nodiscard]] Perturbation perturbation(u64 seed) const;
    // Null for Parallel. 1 to 64 harts.
    [[nodiscard]] std::unique_ptr<Schedule> make(u64 seed, unsigned harts) const;

    friend bool operator==(const ScheduleSpec&, const ScheduleSpec&) = default;
};

}  // namespace stampede
