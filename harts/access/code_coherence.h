// Decoded code follows what is stored: whoever is about to store to a page that holds some makes
// every hart forget it.
#pragma once
#include "harts/core/hart.h"

namespace stampede {

// What `hart` has decoded of RAM page `page`, and its translations that lead there. On its thread,
// or while it is parked.
void drop_code(Hart& hart, u64 page);

// What others have stored to since `hart` last did this. As above.
void drop_stale_code(Hart& hart);

// RAM page `page` is code no more: every hart but `storing` (null: every hart) drops it at its next
// run end, before it executes anything that it has a right to expect there. With the revocation's
// lock held, by exclusively().
void tell_code_stale(MachineContext& machine, u64 page, const Hart* storing);

// `hart` is about to store to RAM page `page`, which holds decoded code: every hart forgets it. On
// its thread.
void forget_code(Hart& hart, u64 page);

}  // namespace stampede
