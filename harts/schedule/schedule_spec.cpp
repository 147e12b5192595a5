#include "harts/schedule/schedule_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
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
constexpr Perturbation unasked{.failed_store_conditionals = 8,
                               .evicted_translations = 8,
                               .early_timers = 4,
                               .late_interrupts = 16};

struct PerturbationKey {
    std::string_view name;
    u32 Perturbation::* often;
};
constexpr PerturbationKey perturbation_keys[] = {{"sc", &Perturbation::failed_store_conditionals},
                                                 {"evict", &Perturbation::evicted_translations},
                                                 {"timer", &Perturbation::early_timers},
                                                 {"late", &Perturbation::late_interrupts}};

Perturbation unasked_by(ScheduleSpec::Kind kind) {
    const bool troubling = kind == ScheduleSpec::Kind::Random || kind == ScheduleSpec::Kind::Pct;
    return troubling ? unasked : Perturbation{};
}

std::vector<std::string_view> split(std::string_view words, char by) {
    std::vector<std::string_view> parts;
    for (std::size_t end = 0; end != std::string_view::npos;) {
        end = words.find(by);
        parts.push_back(words.substr(0, end));
        words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
    }
    return parts;
}

Result<u64> number(std::string_view text, std::string_view what, u64 least, u64 most) {
    u64 value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || value < least ||
        value > most) {
        return error(fmt::format("{} is no {} from {} to {}", text.empty() ? "nothing" : text, what,
                                 least, most));
    }
    return value;
}

// `name:first:second`.
Result<ScheduleSpec> parse_policy(std::string_view words) {
    const std::vector<std::string_view> parts = split(words, ':');
    const std::string_view name = parts.front();
    ScheduleSpec spec;
    if (name == "parallel" && parts.size() == 1) {
        return spec;
    }
    if ((name == "round-robin" || name == "random") && parts.size() <= 2) {
        spec.kind = name == "random" ? ScheduleSpec::Kind::Random : ScheduleSpec::Kind::RoundRobin;
        if (parts.size() == 2) {
            const auto instructions =
                number(parts[1], "number of instructions", 1, most_instructions);
            if (!instructions) {
                return std::unexpected(instructions.error());
            }
            spec.instructions = *instructions;
        }
        return spec;
    }
    if (name == "pct" && (parts.size() == 2 || parts.size() == 3)) {
        const auto depth = number(parts[1], "depth", 1, most_depth);
        const auto events = parts.size() == 3 ? number(parts[2], "number of events", 1, most_events)
                                              : Result<u64>(Pct::default_events);
        if (!depth || !events) {
            return std::unexpected(depth ? events.error() : depth.error());
        }
        spec.kind = ScheduleSpec::Kind::Pct;
        spec.depth = static_cast<unsigned>(*depth);
        spec.events = *events;
        return spec;
    }
    return error(std::string(expected));
}

// `name=N`.
Result<void> parse_perturbation(std::string_view words, Perturbation& often) {
    const std::size_t sign = words.find('=');
    const auto key =
        std::ranges::find(perturbation_keys, words.substr(0, sign), &PerturbationKey::name);
    if (key == std::end(perturbation_keys) || sign == std::string_view::npos) {
        return error(fmt::format("found {}, expected sc=N, evict=N, timer=N or late=N",
                                 words.empty() ? "nothing" : words));
    }
    const auto value =
        number(words.substr(sign + 1), fmt::format("{} of {}", key->name, Perturbation::whole), 0,
               Perturbation::whole);
    if (!value) {
        return std::unexpected(value.error());
    }
    often.*key->often = static_cast<u32>(*value);
    return {};
}

}  // namespace

Result<ScheduleSpec> ScheduleSpec::parse(std::string_view words) {
    const std::vector<std::string_view> parts = split(words, ',');
    const auto refuse = [&](std::string_view why) {
        return error(fmt::format("schedule {}: {}", words, why));
    };
    Result<ScheduleSpec> spec = parse_policy(parts.front());
    if (!spec) {
        return refuse(spec.error().message);
    }
    if (!spec->repeatable() && parts.size() > 1) {
        return refuse("parallel perturbs nobody");
    }
    spec->often = unasked_by(spec->kind);
    for (std::size_t n = 1; n < parts.size(); ++n) {
        if (const Result<void> read = parse_perturbation(parts[n], spec->often); !read) {
            return refuse(read.error().message);
        }
    }
    return spec;
}

std::string ScheduleSpec::text() const {
    std::string text;
    switch (kind) {
    case Kind::Parallel: return "parallel";
    case Kind::RoundRobin: text = fmt::format("round-robin:{}", instructions); break;
    case Kind::Random: text = fmt::format("random:{}", instructions); break;
    case Kind::Pct: text = fmt::format("pct:{}:{}", depth, events); break;
    }
    const Perturbation standard = unasked_by(kind);
    for (const PerturbationKey& key : perturbation_keys) {
        if (often.*key.often != standard.*key.often) {
            text += fmt::format(",{}={}", key.name, often.*key.often);
        }
    }
    return text;
}

Perturbation ScheduleSpec::perturbation(u64 seed) const {
    Perturbation seeded = often;
    seeded.seed = seed;
    return seeded;
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
