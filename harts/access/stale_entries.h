// Finds TLB entries that today's page tables would refuse or send elsewhere
// (core/translation_watch.h). On the hart's thread.
#pragma once
#include "harts/core/hart.h"

namespace stampede {

// The hart has just returned to user mode, banks selected.
void returned_to_user(Hart& hart);
// At a safe point.
void check_translations_now_and_then(Hart& hart);
// `address` is about to be accessed through a marked entry: takes `tag`'s mark off when it has been
// told or is true again.
void use_stale(Hart& hart, u64 address, Access access, u64& tag, u64 physical);

}  // namespace stampede
