// The translations that the fast hart uses, used and filled in by the slow path. On the hart's
// thread.
#pragma once
#include "harts/access/stale_entries.h"
#include "harts/access/translate.h"
#include "harts/core/hart.h"

namespace stampede {

// What the fast hart would use, this one uses too: else a stale translation would come and go with
// the budget.
inline u8* cached(Hart& hart, u64 address, u64 TlbEntry::* tag, Access access) {
    TlbEntry& entry = hart.own.data->entries[TlbBank::index(address)];
    if (page_of(entry.*tag) != (address & ~page_offset_mask)) {
        return nullptr;
    }
    u8* const at = reinterpret_cast<u8*>(address + static_cast<u64>(entry.offset));
    if (!is_fresh(entry.*tag)) [[unlikely]] {
        hart.own.data->note_change(entry);
        use_stale(hart, address, access, entry.*tag, entry.physical);
    }
    return at;
}
inline const u8* cached_read(Hart& hart, u64 address) {
    return cached(hart, address, &TlbEntry::read, Access::Read);
}
// The page is ordinary, or it would have no write tag.
inline u8* cached_write(Hart& hart, u64 address) {
    return cached(hart, address, &TlbEntry::write, Access::Write);
}

// Enters that accesses of this kind to `address` go to `place`, in RAM; for writes it is an
// ordinary page.
void fill_read(Hart& hart, u64 address, const Place& place);
void fill_write(Hart& hart, u64 address, const Place& place);

}  // namespace stampede
