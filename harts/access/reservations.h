// Which stores break a load-reserved's reservation: pages that are marked, and the versions of
// their lines. On the hart's thread.
#pragma once
#include "harts/core/hart.h"

namespace stampede {

// Reads what stands at `at`, in RAM page `page`, with the version that the reservation then waits
// for; after many failures its line's lock is kept.
[[nodiscard]] u64 reserve(Hart& hart, u64 page, PhysAddr at, unsigned size);

// A store to RAM page `page` took the slow path because of the page's reservations. May take the
// mark off again.
void note_slow_store(Hart& hart, u64 page);

// A trap or its return: what runs next has not executed the load-reserved (as on QEMU; the
// specification leaves it to software).
void give_up_reservation(Hart& hart);

}  // namespace stampede
