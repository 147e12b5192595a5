// What a campaign does when: slots of some seconds, one after the other, each of one kind, policy
// and number of harts.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harts/base/types.h"

namespace stampede::campaign {

enum class SlotKind : u8 {
    Fuzz,
    FuzzRace,
    FuzzParallel,
    FuzzRaceParallel,
    Stress,
    FailAllocations
};
// "fuzz", "fuzz-race", "fuzz-parallel", "fuzz-race-parallel", "stress", "fail-allocations".
[[nodiscard]] std::string_view name_of(SlotKind kind);
[[nodiscard]] std::optional<SlotKind> slot_kind_named(std::string_view name);

// The one table of who gets how much of the time.
struct Share {
    SlotKind kind;
    std::string_view name;
    unsigned percent;
};
inline constexpr Share shares[] = {
    {SlotKind::Fuzz, "fuzz", 60},
    {SlotKind::FuzzRace, "fuzz-race", 15},
    {SlotKind::FuzzParallel, "fuzz-parallel", 10},
    {SlotKind::FuzzRaceParallel, "fuzz-race-parallel", 5},
    {SlotKind::Stress, "stress", 7},
    {SlotKind::FailAllocations, "fail-allocations", 3},
};

struct Slot {
    u64 number = 0;
    SlotKind kind = SlotKind::Fuzz;
    std::string policy;
    unsigned harts = 0;
    std::string workload;  // of Stress and FailAllocations
    std::string mode;      // of Stress: a schedule, or `race`
    double seconds = 0;
};

// `12.fuzz.kmem.2`: number, kind, policy, harts; names its folder. The way back knows no more than
// that.
[[nodiscard]] std::string slot_name(const Slot& slot);
[[nodiscard]] std::optional<Slot> slot_named(std::string_view name);

struct PlanSetup {
    std::vector<SlotKind> kinds;         // those that can be done here; at least one
    std::vector<std::string> policies;   // at least one
    std::vector<unsigned> harts;         // at least one
    std::vector<std::string> workloads;  // of Stress
    std::vector<std::string> bearing;    // workloads that bear every allocation's failure
    double slot_s = 60;                  // of the longest slots
    std::set<std::pair<std::string, std::string>> unfit =
        {};  // policies and workloads that do not go together
};

// How long a slot is where `seconds` are to be spent by `jobs` workers: short enough that a short
// campaign has some of each kind.
[[nodiscard]] double slot_seconds(double seconds, unsigned jobs);

// The first `count` slots. The first ones are one of each kind, then whoever has had the least of
// its share. A pure function: slot N is the same for every count beyond it.
[[nodiscard]] std::vector<Slot> plan(const PlanSetup& setup, u64 count);

}  // namespace stampede::campaign
