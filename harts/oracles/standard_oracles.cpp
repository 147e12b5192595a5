#include "harts/oracles/standard_oracles.h"

namespace stampede {
namespace {

// Constructed when it is first asked for: added oracles come from other files' initialization.
std::vector<OracleKind>& kinds() {
    static std::vector<OracleKind> all{
        check_oracle,    console_oracle, expect_oracle,      trap_oracle,   device_oracle,
        watchdog_oracle, audit_oracle,   frame_oracle,       moment_oracle,
        end_oracle,  // only where those before it found nothing
        race_oracle,     stale_oracle,   lost_wakeup_oracle,
    };
    return all;
}

}  // namespace

const std::vector<OracleKind>& oracle_kinds() { return kinds(); }

AddedOracle::AddedOracle(const OracleKind& kind) { kinds().push_back(kind); }

}  // namespace stampede
