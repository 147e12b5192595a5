// The schedule that a program is to run under.
#pragma once
#include <string>

#include "harts/schedule/schedule_spec.h"

namespace stampede::fuzz {

struct ScheduleChoice {
    enum class Kind : u8 { RoundRobin, Random, Pct };
    // Instructions. A turn costs the host as much as some hundred of them: shorter ones would spend
    // most of the time between turns.
    static constexpr u16 shortest_turn = 64, longest_turn = 4096;
    static constexpr u16 deepest = 4;

    Kind kind = Kind::Random;
    u16 parameter = 1000;  // RoundRobin, Random: instructions a turn; Pct: depth
    u32 seed = 1;          // of schedule and perturbation

    static constexpr u16 first_parameter(Kind kind) {
        return kind == Kind::Pct ? 1 : shortest_turn;
    }
    static constexpr u16 last_parameter(Kind kind) {
        return kind == Kind::Pct ? deepest : longest_turn;
    }
    // `random:200`, as ScheduleSpec::parse() wants it.
    [[nodiscard]] std::string words() const;
    [[nodiscard]] ScheduleSpec spec() const;
    friend bool operator==(const ScheduleChoice&, const ScheduleChoice&) = default;
};
inline constexpr unsigned schedule_kind_count = 3;
// Of the text: round-robin, random, pct.
[[nodiscard]] std::string_view name_of(ScheduleChoice::Kind kind);

}  // namespace stampede::fuzz
