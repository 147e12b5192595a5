// Load-reserved and store-conditional, and how a page that has seen one becomes ordinary again.
//
// While a page is marked (PageAttributes::reservation), every store to it changes its line's version under the line's lock, and
// a reservation is a version: the store-conditional locks exactly that version or fails. A page is marked by revocation: no
// hart stores fast to it from then on. A page that only sees stores loses its mark again. From then on stores change no
// version, so a reservation must not outlive the mark:
//
//     unmarker   locks all 64 lines ───────── clears the mark ───────── unlocks each with a new version
//     SC         before: has its line's lock or finds it unchanged, page marked    after: another version, fails
//     LR         before: reads version, value, mark, version: marked all along      after: finds no mark, marks again
//     store      finds the mark, gets its line's lock only afterwards: stores all the same, before its next safe point
//     fast store                                             from here: no reservation is left that it could break
//
// To clear the mark between two rounds of new versions would not do: an LR between the first round and the clearing gets a version
// that is good until the second round, and a fast store right after the clearing breaks it unseen. With every line locked, an LR
// that finds its line unlocked with one version before and after it looked at the mark knows that the mark was there with that
// version; an SC that gets that version's lock knows that no unmarker came between, for it would have changed the version.
// Nobody who holds a line waits for another line or for a revocation (a line kept from LR to SC is given up first), so the unmarker
// gets them all. A page marked anew is revoked anew: its marker waits for every store that saw no mark.
#include <array>

#include "harts/core/access.h"
#include "harts/core/host_access.h"
#include "harts/core/machine_context.h"
#include "harts/core/translation_watch.h"

namespace stampede {
namespace {

constexpr u32 patience = 64;  // failed store-conditionals after which the line is kept from LR to SC

bool is_marked(const MachineContext& machine, u64 page) {
    return (machine.attributes.of(page) & PageAttributes::reservation) != 0;
}

void mark(Hart& hart, u64 page) {
    if (!is_marked(hart.machine, page)) {
        hart.machine.revocation.revoke_write(hart.shared.safe_point, page, PageAttributes::reservation,
                                             [&] { sweep_write_tags(hart); });
    }
}

struct Seen {
    u64 version;
    u64 value;
};

// The value and the version that it had while the page was marked; nothing: the page has lost its mark.
std::optional<Seen> look(const MachineContext& machine, const LineVersions::Word& line, u64 page, const u8* at, unsigned size) {
    for (;;) {
        // acquire: value and mark were there while no store to the line was under way.
        const u64 version = line.load(std::memory_order_acquire);
        const u64 value = load_host(at, size);
        std::atomic_thread_fence(std::memory_order_acquire);  // the value before the version's second look
        const bool marked = is_marked(machine, page);
        if ((version & 1) == 0 && line.load(std::memory_order_relaxed) == version) {
            return marked ? std::optional(Seen{version, value}) : std::nullopt;
        }
        cpu_relax();
    }
}

// Takes the reservation's value, version and, if asked to, the line's lock; false: the page has lost its mark.
bool reserve(Hart& hart, u64 page, PhysAddr physical, unsigned size, u64& value) {
    MachineContext& machine = hart.machine;
    Reservation& reservation = hart.own.reservation;
    LineVersions::Word& line = machine.lines.of(physical);
    const u8* at = machine.ram.host(physical);
    if (reservation.failures < patience) {
        const std::optional<Seen> seen = look(machine, line, page, at, size);
        if (!seen) {
            return false;
        }
        reservation.version = seen->version;
        value = seen->value;
        return true;
    }
    reservation.version = LineVersions::lock(line);
    if (!is_marked(machine, page)) {
        LineVersions::unlock_unchanged(line, reservation.version);
        return false;
    }
    reservation.held = &line;
    value = load_host(at, size);
    return true;
}

void unmark(Hart& hart, u64 page) {
    MachineContext& machine = hart.machine;
    constexpr u64 lines_in_page = page_size / LineVersions::line_size;
    const PhysAddr base = ram_base + page * page_size;
    machine.revocation.exclusively(
        hart.shared.safe_point, [&] { sweep_write_tags(hart); },
        [&] {
            if (!is_marked(machine, page)) {
                return;  // another store was first
            }
            std::array<u64, lines_in_page> versions;
            for (u64 n = 0; n < lines_in_page; ++n) {
                versions[n] = LineVersions::lock(machine.lines.of(base + n * LineVersions::line_size));
            }
            machine.attributes.clear(page, PageAttributes::reservation);
            for (u64 n = 0; n < lines_in_page; ++n) {
                LineVersions::unlock_changed(machine.lines.of(base + n * LineVersions::line_size), versions[n]);
            }
            machine.reservation_use.reserved(page);  // counts from zero if it is marked again
        });
}

}  // namespace

Accessed<u64> load_reserved_memory(Hart& hart, u64 address, unsigned size, isa::Ordering ordering) {
    Reservation& reservation = hart.own.reservation;
    release_held_line(hart);
    if ((address & (size - 1)) == 0 && !may_begin(hart, address, size, Access::Read, Contact::Atomic)) [[unlikely]] {
        return postponed();
    }
    reservation.valid = false;
    const Accessed<Place> place = atomic_place(hart, address, size, Access::Read);
    if (!place) {
        return std::unexpected(place.error());
    }
    const u64 page = hart.machine.ram.page_index(place->physical);
    hart.machine.reservation_use.reserved(page);
    u64 value = 0;
    do {
        mark(hart, page);
    } while (!reserve(hart, page, place->physical, size, value));
    reservation.valid = true;
    reservation.address = address;
    reservation.physical = place->physical;
    reservation.size = static_cast<u8>(size);
    note_spin(hart.own, hart.own.pc, address, value);
    if (Observer* observer = hart.machine.observer; observer != nullptr) [[unlikely]] {
        observer->after_atomic(hart, {AtomicAccess::Kind::LoadReserved, {}, place->physical, size, ordering}, value, false);
    }
    return size == 4 ? isa::extend<i32>(value) : value;
}

Accessed<bool> store_conditional_memory(Hart& hart, u64 address, unsigned size, u64 value, isa::Ordering ordering) {
    Reservation& reservation = hart.own.reservation;
    if ((address & (size - 1)) != 0) {
        return fault(Cause::StoreMisaligned, address);
    }
    if (!reservation.valid || reservation.address != address || reservation.size != size) {
        reservation.valid = false;
        release_held_line(hart);
        return false;
    }
    if (!may_begin(hart, address, size, Access::Write, Contact::Atomic)) [[unlikely]] {
        release_held_line(hart);  // the reservation stays, for when it is begun again
        return postponed();
    }
    const Accessed<Place> place = atomic_place(hart, address, size, Access::Write);
    MachineContext& machine = hart.machine;
    if (!place) {
        reservation.valid = false;
        release_held_line(hart);
        return std::unexpected(place.error());
    }
    reservation.valid = false;
    const u64 page = machine.ram.page_index(place->physical);
    if ((machine.attributes.of(page) & PageAttributes::code) != 0) {
        release_held_line(hart);
        forget_code(hart, page);
    }
    if ((machine.attributes.of(page) & PageAttributes::clean) != 0) {
        machine.dirty_pages->soil(page);
    }
    LineVersions::Word& line = machine.lines.of(place->physical);
    const bool kept = reservation.held == &line;
    bool stored = false;
    Observer* const observer = machine.observer;
    const AtomicAccess access{AtomicAccess::Kind::StoreConditional, {}, place->physical, size, ordering, value};
    if (place->physical == reservation.physical && (kept || LineVersions::try_lock(line, reservation.version))) {
        stored = !machine.environment.fail_store_conditional(hart.own.id);
        if (stored) {
            if (observer != nullptr) [[unlikely]] {
                observer->before_atomic(hart, access);
            }
            const TableStore table_store(hart, place->physical, machine.attributes.of(page));
            store_host(machine.ram.host(place->physical), size, value);
            LineVersions::unlock_changed_in_order(line, reservation.version);  // with aq, later loads come after the store
        } else {
            LineVersions::unlock_unchanged(line, reservation.version);
        }
        reservation.held = nullptr;
    }
    release_held_line(hart);
    reservation.failures = stored ? 0 : reservation.failures + 1;
    if (stored) {
        ++hart.own.effects;
        hart.own.spin.count = 0;
    }
    if (observer != nullptr) [[unlikely]] {
        observer->after_atomic(hart, access, value, stored);
    }
    return stored;
}

void note_slow_store(Hart& hart, u64 page) {
    if (hart.machine.reservation_use.stored(page)) [[unlikely]] {
        unmark(hart, page);
    }
}

void release_held_line(Hart& hart) {
    Reservation& reservation = hart.own.reservation;
    if (reservation.held != nullptr) {
        LineVersions::unlock_unchanged(*reservation.held, reservation.version);
        reservation.held = nullptr;  // the reservation stays: its version says whether somebody stores from now on
    }
}

void give_up_reservation(Hart& hart) {
    release_held_line(hart);
    hart.own.reservation.valid = false;
}

}  // namespace stampede
