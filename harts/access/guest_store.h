// How bytes get into the guest's RAM: whoever stores there once the machine runs comes by here, so
// that
//   - decoded code is forgotten by every hart before it changes (code_coherence.h),
//   - a snapshot has kept what stood there (memory/dirty_pages.h),
//   - reservations of load-reserved are broken (reservations.h),
//   - a change of a page table is told to whoever watches for stale translations
//     (core/translation_watch.h).
// A fast store needs none of that: where something of it has to be done, the hart has no write tag.
#pragma once
#include <span>

#include "harts/access/reservations.h"
#include "harts/access/table_store.h"
#include "harts/base/error.h"
#include "harts/core/hart.h"
#include "harts/core/machine_context.h"

namespace stampede {

// --- devices, debuggers, the harness -------------------------------------------------------------
// Stores `bytes` at `at`. Every observer hears of it first (Observer::on_outside_store). Aligned
// pieces of up to eight bytes are stored at once each, in ascending order; what one call stores is
// there before anything that a later call of the same thread does. Error: not all of it lies in
// RAM; nothing has been stored then.
//
// Any thread, while harts run and while they are parked. `during`: the hart whose access to a
// device this is part of, on its thread; null on any other. While it waits for a revocation, that
// hart takes part in it, as everybody would wait for it otherwise. So the caller must hold no lock
// that a hart may want: a device gives its own up first. Where one thread drives all harts `during`
// may be null in any case.
[[nodiscard]] Result<void> guest_store(MachineContext& machine, PhysAddr at,
                                       std::span<const u8> bytes, Hart* during = nullptr);

// --- a hart's own instructions, on its thread ----------------------------------------------------
// Before a store to RAM page `page`: its code is forgotten, its contents are kept. Returns the
// attributes that are left.
u8 make_storable(Hart& hart, u64 page);

// Runs `change` on the RAM at `at`, within eight aligned bytes. Returns whether the page is
// ordinary, so that stores may from now on go there fast.
template <class Change>
bool change_ram(Hart& hart, PhysAddr at, Change&& change) {
    MachineContext& machine = hart.machine;
    const u64 page = machine.ram.page_index(at);
    const u8 attributes = make_storable(hart, page);
    if ((attributes & (PageAttributes::reservation | PageAttributes::page_table)) == 0) [[likely]] {
        change(machine.ram.host(at));
        return true;
    }
    const TableStore table_store(hart, at, attributes);  // tells when all is done
    if ((attributes & PageAttributes::reservation) == 0) {
        change(machine.ram.host(at));
        return false;
    }
    LineVersions::Word& line = machine.lines.of(at);
    // whichever it is: two harts that each keep a line and want the other's would wait for ever
    hart.own.reservation.release_line();
    const u64 version = LineVersions::lock(line);
    change(machine.ram.host(at));
    LineVersions::unlock_changed(line, version);
    note_slow_store(hart, page);
    return false;
}

}  // namespace stampede
