// Race detection as a run sees it. Only the program that is linked with ThreadSanitizer's runtime
// (stress-race) has one.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harts/base/drive.h"
#include "harts/base/restorable.h"
#include "harts/machine/machine.h"
#include "harts/oracles/guest/guest_events.h"
#include "harts/oracles/guest/guest_symbols.h"
#include "harts/report/finding.h"

namespace stampede {

class BranchCoverage;
class InterleavingCoverage;

// What names the things that a race is about.
struct RaceNaming {
    const GuestSymbols& symbols;
    const GuestEvents& events;
    // "kernel::counts+0x18", "frame 129 (user)+0x10"; none: symbols alone
    std::function<std::string(PhysAddr)> address = {};
};

class RaceDetection : public TurnListener, public Restorable {
public:
    // Races and lock-order inversions so far; several may have one title, and only what is not
    // suppressed of them is to be merged. Harts parked.
    [[nodiscard]] virtual std::vector<Finding> findings(const RaceNaming& naming) const = 0;
    // How many different ones there are, at little cost. Any thread.
    [[nodiscard]] virtual std::size_t count() const = 0;
    // Another number whenever there may be others than before, at little cost. Harts parked.
    [[nodiscard]] virtual u64 version() const = 0;
    // Whether there may be others than at the last save(). Harts parked.
    [[nodiscard]] virtual bool news() const = 0;
    // There will be a snapshot, and these watch the machine too; either may be null, `meetings`
    // must be without `branches`. It has not run.
    virtual void expect_snapshot(BranchCoverage* branches, InterleavingCoverage* meetings) = 0;
    // The hart that holds the spinlock in this word, if it is one and anybody does. Harts parked.
    [[nodiscard]] virtual std::optional<u32> holder_of(PhysAddr word) const = 0;
};

// Makes one for a machine that has not run, and attaches it. Null where the program has none.
using MakeRaceDetection = std::unique_ptr<RaceDetection> (*)(Machine& machine,
                                                             const ElfImage& kernel, Drive drive);

}  // namespace stampede
