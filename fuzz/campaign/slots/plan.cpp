#include "fuzz/campaign/slots/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

namespace stampede::campaign {
namespace {

constexpr double longest_slot_s = 60, shortest_slot_s = 4;
constexpr double stress_slot_s = 10;   // a run of a workload says little more when it is longer
constexpr double slots_a_worker = 20;  // in a campaign that is too short for the longest ones
constexpr std::array modes{"parallel", "race", "random", "pct:3"};

const Share& share_of(SlotKind kind) { return *std::ranges::find(shares, kind, &Share::kind); }

// The i-th of `size` things in an order that visits each once before any again, and far ones next
// to each other.
std::size_t scattered(u64 i, std::size_t size) {
    constexpr double golden = 0.618;
    std::size_t stride = std::max<std::size_t>(
        1, static_cast<std::size_t>(std::llround(static_cast<double>(size) * golden)));
    while (std::gcd(stride, size) != 1) {
        ++stride;
    }
    return (i % size) * stride % size;
}

// Takes the lowest digit of a number in mixed radix.
template <class T>
const T& take(std::size_t& digits, const std::vector<T>& values) {
    const T& value = values[digits % values.size()];
    digits /= values.size();
    return value;
}

// The i-th slot of its kind.
Slot slot_of(const PlanSetup& setup, SlotKind kind, u64 i) {
    Slot slot;
    slot.kind = kind;
    slot.seconds = setup.slot_s;
    std::size_t size = setup.policies.size() * setup.harts.size();
    if (kind == SlotKind::Stress) {
        size *= setup.workloads.size() * modes.size();
    } else if (kind == SlotKind::FailAllocations) {
        size *= setup.bearing.size();
    }
    std::size_t digits = kind == SlotKind::Stress ? scattered(i, size) : i % size;
    slot.policy = take(digits, setup.policies);
    slot.harts = take(digits, setup.harts);
    if (kind == SlotKind::Stress) {
        const std::size_t first = digits % setup.workloads.size();
        slot.workload = take(digits, setup.workloads);
        for (std::size_t n = 1;
             n < setup.workloads.size() && setup.unfit.contains({slot.policy, slot.workload});
             ++n) {
            slot.workload = setup.workloads[(first + n) % setup.workloads.size()];
        }
        slot.mode = modes[digits];
        slot.seconds = std::min(slot.seconds, stress_slot_s);
    } else if (kind == SlotKind::FailAllocations) {
        slot.workload = setup.bearing[digits];
    }
    return slot;
}

}  // namespace

std::string_view name_of(SlotKind kind) { return share_of(kind).name; }

std::optional<SlotKind> slot_kind_named(std::string_view name) {
    const auto share = std::ranges::find(shares, name, &Share::name);
    return share != std::end(shares) ? std::optional(share->kind) : std::nullopt;
}

std::string slot_name(const Slot& slot) {
    return fmt::format("{}.{}.{}.{}", slot.number, name_of(slot.kind), slot.policy, slot.harts);
}

std::optional<Slot> slot_named(std::string_view name) {
    const std::size_t kind_at = name.find('.') + 1, policy_at = name.find('.', kind_at) + 1,
                      harts_at = name.rfind('.') + 1;
    if (kind_at == 0 || policy_at == 0 || harts_at <= policy_at) {
        return std::nullopt;
    }
    const auto kind = slot_kind_named(name.substr(kind_at, policy_at - 1 - kind_at));
    Slot slot;
    const auto read = [&](std::size_t begin, std::size_t end, auto& number) {
        const auto [stop, failure] =
            std::from_chars(name.data() + begin, name.data() + end, number);
        return failure == std::errc() && stop == name.data() + end;
    };
    if (!kind || !read(0, kind_at - 1, slot.number) || !read(harts_at, name.size(), slot.harts) ||
        slot.harts == 0) {
        return std::nullopt;
    }
    slot.kind = *kind;
    slot.policy = name.substr(policy_at, harts_at - 1 - policy_at);
    return slot;
}

double slot_seconds(double seconds, unsigned jobs) {
    return std::clamp(seconds * jobs / slots_a_worker, shortest_slot_s, longest_slot_s);
}

std::vector<Slot> plan(const PlanSetup& setup, u64 count) {
    struct Spent {
        double seconds = 0;
        u64 slots = 0;
    };
    std::array<Spent, std::size(shares)> spent;
    const auto spent_by = [&](SlotKind kind) -> Spent& {
        return spent[static_cast<std::size_t>(kind)];
    };
    // None yet, then the least of its share, then the first in the table.
    const auto due = [&](SlotKind kind) {
        return std::pair(spent_by(kind).slots != 0,
                         spent_by(kind).seconds / share_of(kind).percent);
    };
    std::vector<Slot> slots;
    for (u64 number = 0; number < count; ++number) {
        const SlotKind kind = *std::ranges::min_element(setup.kinds, {}, due);
        Slot slot = slot_of(setup, kind, spent_by(kind).slots);
        slot.number = number;
        spent_by(kind).seconds += slot.seconds;
        ++spent_by(kind).slots;
        slots.push_back(std::move(slot));
    }
    return slots;
}

}  // namespace stampede::campaign
