// A run as its oracles have it in common: the machine, what its guest says and tells, whose its
// addresses are, and what one oracle knows that another one asks for.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harts/observe/audit/audit.h"
#include "harts/oracles/guest/console_log.h"
#include "harts/oracles/guest/guest_events.h"
#include "harts/oracles/guest/guest_symbols.h"
#include "harts/oracles/oracle_setup.h"
#include "harts/oracles/progress/hart_at_end.h"

namespace stampede {

struct MomentTotals {
    u64 audits = 0;
    u64 with_counts = 0;  // … of these, while no hart stood in the policy
    double seconds = 0;   // of the host, all together
};

struct Watched {
    Watched(Machine& machine, const ElfImage& kernel, ConsoleLog& console,
            const OracleSetup& setup);

    // Harts parked, all of these.
    [[nodiscard]] std::vector<HartStatus> harts() const;
    [[nodiscard]] std::vector<HartAtEnd> harts_and_places() const;
    // What the guest has fed the oracles until now.
    [[nodiscard]] Feeds heard() const;

    const OracleSetup setup;
    Machine& machine;
    ConsoleLog& console;
    const GuestSymbols symbols;
    GuestEvents events;

    // By the oracle that knows, null where none does: the hart that holds the lock in this word,
    // and what became of each frame.
    std::function<std::optional<u32>(PhysAddr word)> holder_of;
    const FrameLedger* frames = nullptr;

    // What oracles saw beside their findings.
    bool was_quiescent = false;
    bool audited = false;                   // as a whole, at the quiescent point
    std::optional<FrameUse> frames_used;    // there
    MomentTotals moments;                   // of audits at chosen moments
    std::map<std::string, u64> suppressed;  // rule: findings that it held back
};

}  // namespace stampede
