// The oracles that there are: the one place where one is entered.
#pragma once
#include <vector>

#include "harts/oracles/oracle.h"

namespace stampede {

// A file each; standard_oracles.cpp has them in their order.
extern const OracleKind check_oracle, console_oracle, device_oracle, end_oracle, expect_oracle,
    trap_oracle;                                                                  // guest/
extern const OracleKind watchdog_oracle, lost_wakeup_oracle;                      // progress/
extern const OracleKind audit_oracle, moment_oracle, frame_oracle, stale_oracle;  // memory/
extern const OracleKind race_oracle;                                              // race/

// In the order in which they are looked at and say what they have found: those, then added ones.
[[nodiscard]] const std::vector<OracleKind>& oracle_kinds();

// One more, in every program that this object is linked into: in the runs of `stress`, of the fuzz
// targets and of replays alike. With static storage, for runs do not expect the list to change.
struct AddedOracle {
    explicit AddedOracle(const OracleKind& kind);
};

}  // namespace stampede
