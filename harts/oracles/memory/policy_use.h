// Whether counts and free lists of a parked machine may be judged.
#pragma once
#include "harts/machine/machine.h"
#include "harts/observe/audit/instant.h"

namespace stampede {

// Busy: some hart stands in the frame policy's code.
[[nodiscard]] inline PolicyUse policy_use(const AuditView& view, Machine& machine) {
    PolicyUse use = PolicyUse::Idle;
    for (u32 n = 0; n < machine.harts(); ++n) {
        use = stands_in_policy(view, machine.hart({n})) ? PolicyUse::Busy : use;
    }
    return use;
}

}  // namespace stampede
