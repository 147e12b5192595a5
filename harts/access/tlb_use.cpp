#include "harts/access/tlb_use.h"

#include "harts/core/frame_watch.h"
#include "harts/core/machine_context.h"

namespace stampede {
namespace {

// The entry for `address`, its tags still as they were; null: the environment wants this
// translation left out, or the frame is free and each access to it is to be seen.
TlbEntry* take_entry(Hart& hart, u64 address, const Place& place) {
    if (hart.machine.environment.evict_translation(hart.own.id)) {
        return nullptr;
    }
    const FrameWatch* const frames = hart.machine.frames;
    if (frames != nullptr && frames->is_free(hart.machine.ram.page_index(place.physical)))
        [[unlikely]] {
        return nullptr;
    }
    TlbEntry& entry =
        hart.own.data->take(address, place.physical.page().value, place.level, place.global);
    entry.offset =
        static_cast<i64>(reinterpret_cast<u64>(hart.machine.ram.host(place.physical)) - address);
    return &entry;
}

}  // namespace

void fill_read(Hart& hart, u64 address, const Place& place) {
    if (TlbEntry* entry = take_entry(hart, address, place); entry != nullptr) {
        entry->read = address & ~page_offset_mask;
    }
}

void fill_write(Hart& hart, u64 address, const Place& place) {
    if (TlbEntry* entry = take_entry(hart, address, place); entry != nullptr) {
        entry->write = address & ~page_offset_mask;
        if (place.readable) {
            entry->read = entry->write;
        }
        const FrameWatch* const frames = hart.machine.frames;
        if (frames != nullptr && hart.own.mode == Privilege::Supervisor &&
            frames->is_user(hart.machine.ram.page_index(place.physical))) {
            hart.watched_writes.add(*entry);
        }
    }
}

}  // namespace stampede
