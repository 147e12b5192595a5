#include "fuzz/program/generate/schedule_choice.h"

#include <fmt/format.h>

#include <cassert>

namespace stampede::fuzz {

std::string_view name_of(ScheduleChoice::Kind kind) {
    switch (kind) {
    case ScheduleChoice::Kind::RoundRobin: return "round-robin";
    case ScheduleChoice::Kind::Random: return "random";
    case ScheduleChoice::Kind::Pct: return "pct";
    }
    return {};
}

std::string ScheduleChoice::words() const { return fmt::format("{}:{}", name_of(kind), parameter); }

ScheduleSpec ScheduleChoice::spec() const {
    const Result<ScheduleSpec> parsed = ScheduleSpec::parse(words());
    assert(parsed.has_value());  // parameters within their limits are within those of ScheduleSpec
    return *parsed;
}

}  // namespace stampede::fuzz
