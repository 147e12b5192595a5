#include "harts/machine/device_memory.h"

#include <algorithm>
#include <cstring>

#include "harts/core/access.h"
#include "harts/core/host_access.h"
#include "harts/core/translation_watch.h"

namespace stampede {
namespace {

// Within one word of 8 bytes.
void put(u8* at, std::span<const u8> bytes) {
    if (bytes.size() == 8) {
        u64 word;
        std::memcpy(&word, bytes.data(), 8);
        store_host(at, 8, word);
        return;
    }
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        store_host(at + n, 1, bytes[n]);
    }
}

// As core/access.cpp has it for a hart's own stores that miss: code is forgotten, the page's contents are kept for a snapshot, a marked line
// gets a new version, a change of a watched page table is told.
void store_in_word(Hart& hart, PhysAddr at, std::span<const u8> bytes) {
    MachineContext& machine = hart.machine;
    const u64 page = machine.ram.page_index(at);
    if ((machine.attributes.of(page) & PageAttributes::code) != 0) {
        forget_code(hart, page);
    }
    const u8 attributes = machine.attributes.of(page);
    if ((attributes & PageAttributes::clean) != 0) {
        machine.dirty_pages->soil(page);
    }
    const TableStore table_store(hart, at, attributes);  // tells when all is done
    if ((attributes & PageAttributes::reservation) == 0) {
        put(machine.ram.host(at), bytes);
        return;
    }
    release_held_line(hart);
    LineVersions::Word& line = machine.lines.of(at);
    const u64 version = LineVersions::lock(line);
    put(machine.ram.host(at), bytes);
    LineVersions::unlock_changed(line, version);
    note_slow_store(hart, page);
}

}  // namespace

bool MachineMemory::store(HartId by, PhysAddr to, std::span<const u8> bytes) {
    if (!machine_.ram.contains(to, bytes.size())) {
        return false;
    }
    Hart& hart = *machine_.harts[by.value];
    // A hart that waits for an interrupt counts for nobody who marks a page; while it stores it must.
    const bool waits = hart.shared.safe_point.running.load(std::memory_order_relaxed) == 0;  // relaxed: only this thread writes it
    if (waits) {
        machine_.revocation.enter(hart.shared.safe_point, [&] { sweep_write_tags(hart); });
    }
    while (!bytes.empty()) {
        const auto piece = std::min<std::size_t>(bytes.size(), 8 - to.value % 8);
        store_in_word(hart, to, bytes.first(piece));
        to = to + piece;
        bytes = bytes.subspan(piece);
    }
    if (waits) {
        release_held_line(hart);
        machine_.revocation.leave(hart.shared.safe_point);
    }
    return true;
}

bool MachineMemory::load(PhysAddr from, std::span<u8> bytes) const {
    if (!machine_.ram.contains(from, bytes.size())) {
        return false;
    }
    machine_.ram.copy_out(from, bytes);
    return true;
}

}  // namespace stampede
