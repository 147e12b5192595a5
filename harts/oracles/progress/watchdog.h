// Sees that a machine has stopped getting anywhere, from looks at its parked harts. Counts guest
// instructions, never host time; looks only while no hart executes any.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harts/oracles/progress/hart_status.h"
#include "harts/report/finding.h"

namespace stampede {

struct WatchdogLimits {
    // A hart that executes so many without taking a trap, interrupts off at each look, will never
    // take one.
    u64 instructions_with_interrupts_off = 4'000'000'000;
    // Executed by harts that spin on one word each, all of them together, while every other hart
    // waits.
    u64 instructions_without_progress = 200'000'000;
    // Executed by harts that wait for one another in a ring, all of them together, whatever other
    // harts do.
    u64 instructions_in_a_ring = 20'000'000;
    // Looks in a row at which every hart waits and none can wake.
    unsigned looks_asleep = 4;
};

// A hart that spins on a word that another one holds, or itself.
struct WaitsFor {
    u32 hart = 0;
    PhysAddr word;
    u32 holder = 0;
    friend bool operator==(const WaitsFor&, const WaitsFor&) = default;
};

struct Stuck {
    std::string title;          // stable
    std::optional<u32> hart{};  // the one to blame, if it is one
    FindingKind kind = FindingKind::no_progress;
    std::vector<WaitsFor> ring{};
};

class Watchdog {
public:
    enum class Input : u8 { None, Possible };  // whether somebody may type and so wake a hart

    // Which hart holds a lock word, where somebody knows.
    using HolderOf = std::function<std::optional<u32>(PhysAddr word)>;

    Watchdog(WatchdogLimits limits, Input input, HolderOf holder_of = nullptr)
        : limits_(limits), input_(input), holder_of_(std::move(holder_of)) {}

    // One look at all harts, a few times a second. A value: they are stuck.
    [[nodiscard]] std::optional<Stuck> look(std::span<const HartStatus> harts);

private:
    [[nodiscard]] std::optional<Stuck> look_for_interrupts_off(std::span<const HartStatus> harts);
    [[nodiscard]] std::optional<Stuck> look_for_endless_sleep(std::span<const HartStatus> harts);
    [[nodiscard]] bool spins_still(std::size_t n, const HartStatus& now) const;
    [[nodiscard]] std::vector<WaitsFor> ring_among(std::span<const HartStatus> harts) const;
    [[nodiscard]] std::optional<Stuck> look_for_ring(std::span<const HartStatus> harts);
    [[nodiscard]] std::optional<Stuck> look_for_deadlock(std::span<const HartStatus> harts);

    const WatchdogLimits limits_;
    const Input input_;
    const HolderOf holder_of_;
    std::vector<HartStatus> last_;
    // instructions retired when the hart was first seen with interrupts off
    std::vector<u64> off_since_;
    unsigned asleep_ = 0;
    u64 without_progress_ = 0;    // instructions
    std::vector<WaitsFor> ring_;  // at the last look
    u64 in_ring_ = 0;             // instructions
};

}  // namespace stampede
