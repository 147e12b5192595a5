#include "harts/access/guest_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "harts/access/code_coherence.h"
#include "harts/access/host_access.h"
#include "harts/access/revoke.h"

namespace stampede {
namespace {

// Within one line.
void store_bytes(const Ram& ram, PhysAddr at, std::span<const u8> bytes) {
    while (!bytes.empty()) {
        unsigned size = 8;
        while (size > bytes.size() || at.value % size != 0) {
            size /= 2;
        }
        u64 value = 0;
        std::memcpy(&value, bytes.data(), size);
        store_host(ram.host(at), size, value);
        at = at + size;
        bytes = bytes.subspan(size);
    }
}

// Within one page, no revocation under way: no attribute that asks for something comes while this
// stores.
void store_in_page(MachineContext& machine, PhysAddr at, std::span<const u8> bytes,
                   const Hart* during) {
    const u64 page = machine.ram.page_index(at);
    tell_code_stale(machine, page, during);
    const u8 attributes = machine.attributes.of(page);
    if ((attributes & PageAttributes::clean) != 0) {
        machine.dirty_pages->mark_dirty(page);
    }
    while (!bytes.empty()) {
        const u64 left = LineVersions::line_size - at.value % LineVersions::line_size;
        const std::span<const u8> piece = bytes.first(std::min<u64>(left, bytes.size()));
        if ((attributes & PageAttributes::reservation) != 0) {
            LineVersions::Word& line = machine.lines.of(at);
            const u64 version = LineVersions::lock(line);
            store_bytes(machine.ram, at, piece);
            LineVersions::unlock_changed(line, version);
        } else {
            store_bytes(machine.ram, at, piece);
        }
        at = at + piece.size();
        bytes = bytes.subspan(piece.size());
    }
    // Nobody is told of a table's PTE: a change is believed only while the PTE holds what the hart
    // stored there.
}

}  // namespace

u8 make_storable(Hart& hart, u64 page) {
    MachineContext& machine = hart.machine;
    if ((machine.attributes.of(page) & PageAttributes::code) != 0) [[unlikely]] {
        forget_code(hart, page);
    }
    u8 attributes = machine.attributes.of(page);
    if ((attributes & PageAttributes::clean) != 0) {
        machine.dirty_pages->mark_dirty(page);
        attributes &= static_cast<u8>(~PageAttributes::clean);
    }
    return attributes;
}

Result<void> guest_store(MachineContext& machine, PhysAddr at, std::span<const u8> bytes,
                         Hart* during) {
    if (!machine.ram.contains(at, bytes.size())) {
        return error(fmt::format("a store of {} bytes at {:#x}: RAM, {:#x} to {:#x}, is expected",
                                 bytes.size(), at.value, ram_base.value,
                                 ram_base.value + machine.ram.size()));
    }
    if (machine.observer != nullptr) {
        machine.observer->on_outside_store(at, bytes);
    }
    // what this thread stored before comes before this
    std::atomic_thread_fence(std::memory_order_release);
    while (!bytes.empty()) {
        const u64 left = page_size - (at.value & page_offset_mask);
        const std::span<const u8> piece = bytes.first(std::min<u64>(left, bytes.size()));
        if (during != nullptr) {
            exclusively(*during, [&] { store_in_page(machine, at, piece, during); });
            drop_code(*during, machine.ram.page_index(at));
        } else {
            SafePoint nobody;  // nobody waits for it, it has no write tags
            machine.revocation.exclusively(
                nobody, [] {}, [&] { store_in_page(machine, at, piece, nullptr); });
        }
        at = at + piece.size();
        bytes = bytes.subspan(piece.size());
    }
    return {};
}

}  // namespace stampede
