// From a virtual address to a physical one, as this hart's next access would go. On the hart's
// thread.
#pragma once
#include "harts/access/accessed.h"
#include "harts/core/hart.h"
#include "harts/memory/walk.h"

namespace stampede {

// Who asks when this hart accesses memory now.
[[nodiscard]] WalkRights rights_of(const HartState& own, Access access);

[[nodiscard]] constexpr Cause access_fault(Access access) {
    return access == Access::Read    ? Cause::LoadAccess
           : access == Access::Write ? Cause::StoreAccess
                                     : Cause::InstructionAccess;
}

// Where an access that lies within one page goes.
struct Place {
    PhysAddr physical;
    int level = 0;
    bool global = false;
    bool readable = false;  // by the same context: a write's translation serves reads too
};
// A and D are set; the TLB is not filled.
[[nodiscard]] Accessed<Place> translate(Hart& hart, u64 address, Access access);
// The same, but nothing changes and nobody hears of it.
[[nodiscard]] Accessed<Place> look_up(Hart& hart, u64 address, Access access);

}  // namespace stampede
