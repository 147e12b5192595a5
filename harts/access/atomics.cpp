#include "harts/access/atomics.h"

#include "harts/access/guest_store.h"
#include "harts/access/host_access.h"
#include "harts/access/may_begin.h"
#include "harts/access/reservations.h"
#include "harts/access/table_store.h"
#include "harts/access/tlb_use.h"
#include "harts/access/translate.h"
#include "harts/core/machine_context.h"

namespace stampede {
namespace {

// The RAM behind an aligned access, or why there is none.
Accessed<Place> atomic_place(Hart& hart, u64 address, unsigned size, Access access) {
    if ((address & (size - 1)) != 0) {
        return fault(access == Access::Read ? Cause::LoadMisaligned : Cause::StoreMisaligned,
                     address);
    }
    const Accessed<Place> place = translate(hart, address, access);
    if (!place) {
        return std::unexpected(place.error());
    }
    if (!hart.machine.ram.contains(place->physical, size)) {
        return fault(access_fault(access), address);  // devices have no atomics
    }
    return place;
}

template <class T>
u64 amo_host(isa::AmoOp op, u8* at, T operand) {
    T* word = reinterpret_cast<T*>(at);
    T old = __atomic_load_n(word, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(word, &old, isa::amo_result<T>(op, old, operand), true,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
    }
    return static_cast<u64>(static_cast<i64>(old));
}

}  // namespace

Accessed<u64> amo_memory(Hart& hart, isa::AmoOp op, u64 address, unsigned size, u64 operand,
                         isa::Ordering ordering) {
    u64 old = 0;
    const auto change = [&](u8* at) {
        AtomicAccess access{AtomicAccess::Kind::Amo, op, {}, size, ordering, operand};
        Observer* const observer = hart.machine.observer;
        if (observer != nullptr) [[unlikely]] {
            access.at = hart.machine.ram.address_of(at);
            observer->before_atomic(hart, access);
        }
        old = size == 4 ? amo_host<i32>(op, at, static_cast<i32>(operand))
                        : amo_host<i64>(op, at, static_cast<i64>(operand));
        if (observer != nullptr) [[unlikely]] {
            observer->after_atomic(hart, access, old, true);
        }
    };
    if ((address & (size - 1)) == 0 &&
        !may_begin(hart, address, size, Access::Write, Contact::Atomic)) [[unlikely]] {
        return postponed();
    }
    if (u8* at = cached_write(hart, address); at != nullptr && (address & (size - 1)) == 0) {
        change(at);
    } else {
        const Accessed<Place> place = atomic_place(hart, address, size, Access::Write);
        if (!place) {
            return std::unexpected(place.error());
        }
        if (change_ram(hart, place->physical, change)) {
            fill_write(hart, address, *place);
        }
    }
    const u64 stored = size == 4 ? static_cast<u64>(i64{isa::amo_result<i32>(
                                       op, static_cast<i32>(old), static_cast<i32>(operand))})
                                 : static_cast<u64>(isa::amo_result<i64>(
                                       op, static_cast<i64>(old), static_cast<i64>(operand)));
    if (stored == old) {
        note_spin(hart.own, hart.own.pc, address, old);
    } else {
        ++hart.own.effects;
        hart.own.spin.count = 0;
    }
    return old;
}

Accessed<u64> load_reserved_memory(Hart& hart, u64 address, unsigned size, isa::Ordering ordering) {
    Reservation& reservation = hart.own.reservation;
    reservation.release_line();
    if ((address & (size - 1)) == 0 &&
        !may_begin(hart, address, size, Access::Read, Contact::Atomic)) [[unlikely]] {
        return postponed();
    }
    reservation.valid = false;
    const Accessed<Place> place = atomic_place(hart, address, size, Access::Read);
    if (!place) {
        return std::unexpected(place.error());
    }
    const u64 page = hart.machine.ram.page_index(place->physical);
    const u64 value = reserve(hart, page, place->physical, size);
    reservation.valid = true;
    reservation.address = address;
    reservation.physical = place->physical;
    reservation.size = static_cast<u8>(size);
    note_spin(hart.own, hart.own.pc, address, value);
    if (Observer* observer = hart.machine.observer; observer != nullptr) [[unlikely]] {
        observer->after_atomic(
            hart, {AtomicAccess::Kind::LoadReserved, {}, place->physical, size, ordering}, value,
            false);
    }
    return size == 4 ? isa::extend<i32>(value) : value;
}

Accessed<bool> store_conditional_memory(Hart& hart, u64 address, unsigned size, u64 value,
                                        isa::Ordering ordering) {
    Reservation& reservation = hart.own.reservation;
    if ((address & (size - 1)) != 0) {
        return fault(Cause::StoreMisaligned, address);
    }
    if (!reservation.valid || reservation.address != address || reservation.size != size) {
        reservation.valid = false;
        reservation.release_line();
        return false;
    }
    if (!may_begin(hart, address, size, Access::Write, Contact::Atomic)) [[unlikely]] {
        reservation.release_line();  // the reservation stays, for when it is begun again
        return postponed();
    }
    const Accessed<Place> place = atomic_place(hart, address, size, Access::Write);
    MachineContext& machine = hart.machine;
    if (!place) {
        reservation.valid = false;
        reservation.release_line();
        return std::unexpected(place.error());
    }
    reservation.valid = false;
    const u64 page = machine.ram.page_index(place->physical);
    make_storable(hart, page);
    LineVersions::Word& line = machine.lines.of(place->physical);
    const bool kept = reservation.held == &line;
    bool stored = false;
    Observer* const observer = machine.observer;
    const AtomicAccess access{
        AtomicAccess::Kind::StoreConditional, {}, place->physical, size, ordering, value};
    if (place->physical == reservation.physical &&
        (kept || LineVersions::try_lock(line, reservation.version))) {
        stored = !machine.environment.fail_store_conditional(hart.own.id);
        if (stored) {
            if (observer != nullptr) [[unlikely]] {
                observer->before_atomic(hart, access);
            }
            const TableStore table_store(hart, place->physical, machine.attributes.of(page));
            store_host(machine.ram.host(place->physical), size, value);
            // with aq, later loads come after the store
            LineVersions::unlock_changed_in_order(line, reservation.version);
        } else {
            LineVersions::unlock_unchanged(line, reservation.version);
        }
        reservation.held = nullptr;
    }
    reservation.release_line();
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

}  // namespace stampede
