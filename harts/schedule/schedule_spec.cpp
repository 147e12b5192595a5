#include "harts/schedule/schedule_spec.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <vector>

#include "harts/schedule/pct.h"
#include "harts/schedule/random_schedule.h"
#include "harts/schedule/round_robin.h"

namespace stampede {
namespace {

constexpr u64 most_instructions = 1'000'000'000, most_events = 1'000'000'000;
constexpr u64 most_depth = 16;
constexpr std::string_view expected =
    "expected parallel, round-robin[:INSTRUCTIONS], random[:INSTRUCTIONS] or pct:DEPTH[:EVENTS]";

std::vector<std::string_view> split(std::string_view words) {
    std::vector<std::string_view> parts;
    for (std::size_t colon = 0; colon != std::string_view::npos;) {
        colon = words.find(':');
        parts.push_back(words.substr(0, colon));
        words.remove_prefix(colon == std::string_view::npos ? words.size() : colon + 1);
    }
    return parts;
}

std::optional<u64> number(std::string_view text, u64 most) {
    u64 value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failure == std::errc{} && end == text.data() + text.size() && value >= 1 && value <= most ? std::optional(value) : std::nullopt;
}

}  // namespace

Result<ScheduleSpec> ScheduleSpec::parse(std::string_view words) {
    const std::vector<std::string_view> parts = split(words);
    const auto refuse = [&](std::string_view why) { return error(fmt::format("schedule {}: {}", words, why)); };
    ScheduleSpec spec;
    const std::string_view name = parts.front();
    if (name == "parallel" && parts.size() == 1) {
        return spec;
    }
    if ((name == "round-robin" || name == "random") && parts.size() <= 2) {
        spec.kind = name == "random" ? Kind::Random : Kind::RoundRobin;
        if (parts.size() == 2) {
            const auto instructions = number(parts[1], most_instructions);
            if (!instructions) {
                return refuse(fmt::format("{} is no number of instructions from 1 to {}", parts[1], most_instructions));
            }
            spec.instructions = *instructions;
        }
        return spec;
    }
    if (name == "pct" && (parts.size() == 2 || parts.size() == 3)) {
        const auto depth = number(parts[1], most_depth);
        const auto events = parts.size() == 3 ? number(parts[2], most_events) : std::optional(Pct::default_events);
        if (!depth) {
            return refuse(fmt::format("{} is no depth from 1 to {}", parts[1], most_depth));
        }
        if (!events) {
            return refuse(fmt::format("{} is no number of events from 1 to {}", parts[2], most_events));
        }
        spec.kind = Kind::Pct;
        spec.depth = static_cast<unsigned>(*depth);
        spec.events = *events;
        return spec;
    }
    return refuse(expected);
}

std::string ScheduleSpec::text() const {
    switch (kind) {
    case Kind::Parallel: return "parallel";
    case Kind::RoundRobin: return fmt::format("round-robin:{}", instructions);
    case Kind::Random: return fmt::format("random:{}", instructions);
    case Kind::Pct: return fmt::format("pct:{}:{}", depth, events);
    }
    return "?";
}

std::unique_ptr<Schedule> ScheduleSpec::make(u64 seed, unsigned harts) const {
    switch (kind) {
    case Kind::Parallel: return nullptr;
    case Kind::RoundRobin: return std::make_unique<RoundRobin>(instructions);
    case Kind::Random: return std::make_unique<RandomSchedule>(seed, instructions);
    case Kind::Pct: return std::make_unique<Pct>(seed, harts, depth, events);
    }
    return nullptr;
}

}  // namespace stampede
