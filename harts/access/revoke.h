// A hart's side of revocation (memory/revocation.h). On the hart's thread.
#pragma once
#include "harts/core/hart.h"
#include "harts/core/machine_context.h"

namespace stampede {

// The hart's part of a revocation: drops write tags of marked pages.
void sweep_write_tags(Hart& hart);

// Sets `bit` on RAM page `page`; on return no hart can store there fast. Between instructions or
// before the hart's own store.
void revoke_write(Hart& hart, u64 page, u8 bit);

// `change` runs while no revocation does. As above.
template <class Change>
void exclusively(Hart& hart, Change&& change) {
    hart.own.reservation.release_line();  // others may wait for it, and we for them
    hart.machine.revocation.exclusively(
        hart.shared.safe_point, [&] { sweep_write_tags(hart); }, change);
}

}  // namespace stampede
