#include "harts/core/access.h"

#include "harts/core/frame_watch.h"
#include "harts/core/host_access.h"
#include "harts/core/machine_context.h"
#include "harts/core/translation_watch.h"
#include "harts/memory/walk.h"

namespace stampede {
namespace {

Cause page_fault(Access access) {
    return access == Access::Read ? Cause::LoadPage : access == Access::Write ? Cause::StorePage : Cause::InstructionPage;
}

Cause access_fault(Access access) {
    return access == Access::Read    ? Cause::LoadAccess
           : access == Access::Write ? Cause::StoreAccess
                                     : Cause::InstructionAccess;
}

Privilege data_privilege(const HartState& own) {
    if (own.mode == Privilege::Machine && (own.csr.mstatus & csr::status_mprv) != 0) {
        return static_cast<Privilege>((own.csr.mstatus & csr::status_mpp) >> csr::status_mpp_shift);
    }
    return own.mode;
}

// Runs `change` on the RAM at `at` as every store must: code is forgotten, a marked line gets a new version. Returns
// whether the page is ordinary, so that stores may from now on go there fast.
template <class Change>
bool change_ram(Hart& hart, PhysAddr at, Change&& change) {
    MachineContext& machine = hart.machine;
    const u64 page = machine.ram.page_index(at);
    if ((machine.attributes.of(page) & PageAttributes::code) != 0) [[unlikely]] {
        forget_code(hart, page);
    }
    u8 attributes = machine.attributes.of(page);
    if ((attributes & PageAttributes::clean) != 0) {
        machine.dirty_pages->soil(page);
        attributes &= static_cast<u8>(~PageAttributes::clean);
    }
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
    release_held_line(hart);  // whichever it is: two harts that each keep a line and want the other's would wait for ever
    const u64 version = LineVersions::lock(line);
    change(machine.ram.host(at));
    LineVersions::unlock_changed(line, version);
    note_slow_store(hart, page);
    return false;
}

bool update_pte(Hart& hart, PhysAddr at, u64 from, u64 to) {
    bool swapped = false;
    change_ram(hart, at, [&](u8* host) {
        // seq_cst: orders the new A and D before the access they stand for.
        swapped = __atomic_compare_exchange_n(reinterpret_cast<u64*>(host), &from, to, false, __ATOMIC_SEQ_CST,
                                              __ATOMIC_RELAXED);
    });
    return swapped;
}

// The entry for `address`, its tags still as they were; null: the environment wants this translation left out, or the frame is free and
// each access to it is to be seen.
TlbEntry* take_entry(Hart& hart, u64 address, const Place& place) {
    if (hart.machine.environment.evict_translation(hart.own.id)) {
        return nullptr;
    }
    const FrameWatch* const frames = hart.machine.frames;
    if (frames != nullptr && frames->is_free(hart.machine.ram.page_index(place.physical))) [[unlikely]] {
        return nullptr;
    }
    TlbEntry& entry = hart.own.data->take(address, place.physical.page().value, place.level, place.global);
    entry.offset = static_cast<i64>(reinterpret_cast<u64>(hart.machine.ram.host(place.physical)) - address);
    return &entry;
}

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

// Whoever watches frames hears of what a translation leads to.
void watch_frame(Hart& hart, PhysAddr at, Access access, Privilege privilege) {
    FrameWatch* const frames = hart.machine.frames;
    if (frames != nullptr && hart.machine.ram.contains(at, 1) &&
        frames->wants(hart.machine.ram.page_index(at), access, privilege)) [[unlikely]] {
        frames->on_access(hart, at, access, privilege);
    }
}

void watch_walk(Hart& hart, PhysAddr pte) {
    FrameWatch* const frames = hart.machine.frames;
    if (frames != nullptr && frames->is_free(hart.machine.ram.page_index(pte))) [[unlikely]] {
        frames->on_walk(hart, pte);
    }
}

// What the hart's observer is told; `at` is in RAM.
u64 seen_load(Hart& hart, const u8* at, unsigned size, u64 value) {
    if (Observer* observer = hart.machine.observer; observer != nullptr) [[unlikely]] {
        observer->on_load(hart, hart.machine.ram.address_of(at), size, value);
    }
    return value;
}
void seen_store(Hart& hart, PhysAddr at, unsigned size, u64 value) {
    if (Observer* observer = hart.machine.observer; observer != nullptr) [[unlikely]] {
        observer->on_store(hart, at, size, value);
    }
}

// Misaligned: byte by byte, which is all the specification asks for.
u64 load_ram(const u8* at, unsigned size) {
    if ((reinterpret_cast<u64>(at) & (size - 1)) == 0) [[likely]] {
        return load_host(at, size);
    }
    u64 value = 0;
    for (unsigned n = 0; n < size; ++n) {
        value |= load_host(at + n, 1) << (8 * n);
    }
    return value;
}

void store_bytes(u8* at, unsigned size, u64 value) {
    if ((reinterpret_cast<u64>(at) & (size - 1)) == 0) [[likely]] {
        store_host(at, size, value);
        return;
    }
    for (unsigned n = 0; n < size; ++n) {
        store_host(at + n, 1, value >> (8 * n));
    }
}

// True: the page is ordinary.
bool store_ram(Hart& hart, PhysAddr at, unsigned size, u64 value) {
    if ((at.value & (size - 1)) == 0) [[likely]] {
        return change_ram(hart, at, [&](u8* host) { store_host(host, size, value); });
    }
    bool ordinary = true;
    for (unsigned n = 0; n < size; ++n) {
        ordinary &= change_ram(hart, at + n, [&](u8* host) { store_host(host, 1, value >> (8 * n)); });
    }
    return ordinary;
}

// What the fast hart would use, this one uses too: else a stale translation would come and go with the budget.
u8* cached(Hart& hart, u64 address, u64 TlbEntry::* tag, Access access) {
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
const u8* cached_read(Hart& hart, u64 address) { return cached(hart, address, &TlbEntry::read, Access::Read); }
// The page is ordinary, or it would have no write tag.
u8* cached_write(Hart& hart, u64 address) { return cached(hart, address, &TlbEntry::write, Access::Write); }

Accessed<u64> load_in_page(Hart& hart, u64 address, unsigned size) {
    if (!may_begin(hart, address, size, Access::Read, Contact::Plain)) [[unlikely]] {
        return postponed();
    }
    if (const u8* at = cached_read(hart, address); at != nullptr) {
        return seen_load(hart, at, size, load_ram(at, size));
    }
    const Accessed<Place> place = translate(hart, address, Access::Read);
    if (!place) {
        return std::unexpected(place.error());
    }
    if (hart.machine.ram.contains(place->physical, size)) [[likely]] {
        fill_read(hart, address, *place);
        const u8* at = hart.machine.ram.host(place->physical);
        return seen_load(hart, at, size, load_ram(at, size));
    }
    hart.own.progress = true;
    ++hart.own.effects;
    const std::optional<u64> value = hart.machine.bus.load(hart.own.id, place->physical, size);
    hart.own.attention = true;  // a device may have changed its interrupt lines
    return value ? Accessed<u64>(*value) : fault(Cause::LoadAccess, address);
}

Accessed<void> store_in_page(Hart& hart, u64 address, unsigned size, u64 value) {
    if (!may_begin(hart, address, size, Access::Write, Contact::Plain)) [[unlikely]] {
        return postponed();
    }
    if (u8* at = cached_write(hart, address); at != nullptr) {
        ++hart.own.effects;
        seen_store(hart, hart.machine.ram.address_of(at), size, value);
        store_bytes(at, size, value);
        return {};
    }
    const Accessed<Place> place = translate(hart, address, Access::Write);
    if (!place) {
        return std::unexpected(place.error());
    }
    ++hart.own.effects;
    if (hart.machine.ram.contains(place->physical, size)) [[likely]] {
        seen_store(hart, place->physical, size, value);
        if (store_ram(hart, place->physical, size, value)) {
            fill_write(hart, address, *place);
        }
        return {};
    }
    hart.own.progress = true;
    hart.own.attention = true;
    if (Observer* observer = hart.machine.observer; observer != nullptr) [[unlikely]] {
        observer->on_device_store(hart, place->physical, size, value);
    }
    if (!hart.machine.bus.store(hart.own.id, place->physical, size, value)) {
        return fault(Cause::StoreAccess, address);
    }
    return {};
}

bool crosses_page(u64 address, unsigned size) { return (address & page_offset_mask) + size > page_size; }

template <class T>
u64 amo_host(isa::AmoOp op, u8* at, T operand) {
    T* word = reinterpret_cast<T*>(at);
    T old = __atomic_load_n(word, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(word, &old, isa::amo_result<T>(op, old, operand), true, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED)) {
    }
    return static_cast<u64>(static_cast<i64>(old));
}

// `update`: as of walk(). `seen` hears where each PTE is read.
template <class Update, class Seen>
Accessed<Place> translate_with(Hart& hart, u64 address, Access access, Update&& update, Seen&& seen) {
    const HartState& own = hart.own;
    const WalkRights rights = rights_of(own, access);
    const Satp satp{own.csr.satp};
    if (rights.privilege == Privilege::Machine || !satp.paging()) {
        return Place{{address}, 0, false, true};
    }
    const Ram& ram = hart.machine.ram;
    const auto walked = walk(
        satp, address, access, rights,
        [&](PhysAddr at) -> std::optional<u64> {
            if (!ram.contains(at, 8)) {
                return std::nullopt;
            }
            seen(at);
            // acquire: what was written before the PTE was is seen behind it.
            return __atomic_load_n(reinterpret_cast<const u64*>(ram.host(at)), __ATOMIC_ACQUIRE);
        },
        update);
    if (!walked) {
        return fault(walked.error() == WalkFault::Page ? page_fault(access) : access_fault(access), address);
    }
    return Place{walked->address, walked->level, walked->global, leaf_permits(walked->pte, Access::Read, rights)};
}

// Where an access would go; nothing changes.
std::optional<PhysAddr> foresee(Hart& hart, u64 address, Access access) {
    if (const u8* at = access == Access::Read ? cached_read(hart, address) : cached_write(hart, address); at != nullptr) {
        return hart.machine.ram.address_of(at);
    }
    const Accessed<Place> place = translate_with(
        hart, address, access, [](PhysAddr, u64, u64) { return true; }, [](PhysAddr) {});
    return place ? std::optional(place->physical) : std::nullopt;
}

}  // namespace

WalkRights rights_of(const HartState& own, Access access) {
    return {access == Access::Execute ? own.mode : data_privilege(own), (own.csr.mstatus & csr::status_sum) != 0,
            (own.csr.mstatus & csr::status_mxr) != 0};
}

bool may_begin(Hart& hart, u64 address, unsigned size, Access access, Contact contact) {
    if (hart.watch.touched == nullptr) [[likely]] {
        return true;
    }
    const std::optional<PhysAddr> at = foresee(hart, address, access);
    if (!at) {
        return true;
    }
    return hart.machine.observer->may_access(hart, *at, size, hart.machine.ram.contains(*at, size) ? contact : Contact::Device);
}

Accessed<Place> translate(Hart& hart, u64 address, Access access) {
    const Accessed<Place> place = translate_with(
        hart, address, access, [&](PhysAddr at, u64 from, u64 to) { return update_pte(hart, at, from, to); },
        [&](PhysAddr at) { watch_walk(hart, at); });
    if (place && rights_of(hart.own, access).privilege != Privilege::Machine && Satp{hart.own.csr.satp}.paging()) {
        watch_frame(hart, place->physical, access, rights_of(hart.own, access).privilege);
    }
    return place;
}

Accessed<Place> atomic_place(Hart& hart, u64 address, unsigned size, Access access) {
    if ((address & (size - 1)) != 0) {
        return fault(access == Access::Read ? Cause::LoadMisaligned : Cause::StoreMisaligned, address);
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

namespace {

u64 next_page(u64 address) { return (address & ~page_offset_mask) + page_size; }

// Of an access that crosses into the next page.
bool both_may_begin(Hart& hart, u64 address, Access access) {
    return may_begin(hart, address, 1, access, Contact::Plain) && may_begin(hart, next_page(address), 1, access, Contact::Plain);
}

}  // namespace

Accessed<u64> load_memory(Hart& hart, u64 address, unsigned size) {
    if (!crosses_page(address, size)) [[likely]] {
        return load_in_page(hart, address, size);
    }
    if (!both_may_begin(hart, address, Access::Read)) [[unlikely]] {
        return postponed();
    }
    // The first page's fault comes first, at the access's own address.
    if (const auto first = translate(hart, address, Access::Read); !first) {
        return std::unexpected(first.error());
    }
    u64 value = 0;
    for (unsigned n = 0; n < size; ++n) {
        const Accessed<u64> byte = load_in_page(hart, address + n, 1);
        if (!byte) {
            return byte;
        }
        value |= *byte << (8 * n);
    }
    return value;
}

Accessed<void> store_memory(Hart& hart, u64 address, unsigned size, u64 value) {
    if (!crosses_page(address, size)) [[likely]] {
        return store_in_page(hart, address, size, value);
    }
    if (!both_may_begin(hart, address, Access::Write)) [[unlikely]] {
        return postponed();
    }
    // Faults come before any byte is stored.
    for (const u64 part : {address, next_page(address)}) {
        if (const auto place = translate(hart, part, Access::Write); !place) {
            return std::unexpected(place.error());
        }
    }
    for (unsigned n = 0; n < size; ++n) {
        if (const auto stored = store_in_page(hart, address + n, 1, value >> (8 * n)); !stored) {
            return stored;
        }
    }
    return {};
}

Accessed<u64> amo_memory(Hart& hart, isa::AmoOp op, u64 address, unsigned size, u64 operand, isa::Ordering ordering) {
    u64 old = 0;
    const auto change = [&](u8* at) {
        AtomicAccess access{AtomicAccess::Kind::Amo, op, {}, size, ordering, operand};
        Observer* const observer = hart.machine.observer;
        if (observer != nullptr) [[unlikely]] {
            access.at = hart.machine.ram.address_of(at);
            observer->before_atomic(hart, access);
        }
        old = size == 4 ? amo_host<i32>(op, at, static_cast<i32>(operand)) : amo_host<i64>(op, at, static_cast<i64>(operand));
        if (observer != nullptr) [[unlikely]] {
            observer->after_atomic(hart, access, old, true);
        }
    };
    if ((address & (size - 1)) == 0 && !may_begin(hart, address, size, Access::Write, Contact::Atomic)) [[unlikely]] {
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
    const u64 stored = size == 4 ? static_cast<u64>(i64{isa::amo_result<i32>(op, static_cast<i32>(old), static_cast<i32>(operand))})
                                 : static_cast<u64>(isa::amo_result<i64>(op, static_cast<i64>(old), static_cast<i64>(operand)));
    if (stored == old) {
        note_spin(hart.own, hart.own.pc, address, old);
    } else {
        ++hart.own.effects;
        hart.own.spin.count = 0;
    }
    return old;
}

Accessed<u16> fetch_halfword(Hart& hart, u64 address) {
    const Accessed<Place> place = translate(hart, address, Access::Execute);
    if (!place) {
        return std::unexpected(place.error());
    }
    if (!hart.machine.ram.contains(place->physical, 2)) {
        return fault(Cause::InstructionAccess, address);
    }
    return static_cast<u16>(load_host(hart.machine.ram.host(place->physical), 2));
}

Accessed<CodePage*> fetch_page(Hart& hart, u64 address) {
    if (FetchEntry& entry = hart.own.fetch->fetch[TlbBank::fetch_index(address)];
        entry.page == ((address & ~page_offset_mask) | stale_mark)) [[unlikely]] {
        hart.own.fetch->note_change(entry);
        use_stale(hart, address, Access::Execute, entry.page, entry.physical);
        return entry.code;
    }
    const Accessed<Place> place = translate(hart, address, Access::Execute);
    if (!place) {
        return std::unexpected(place.error());
    }
    MachineContext& machine = hart.machine;
    if (!machine.ram.contains(place->physical, 2)) {
        return fault(Cause::InstructionAccess, address);
    }
    const u64 page = machine.ram.page_index(place->physical);
    CodePage* code = hart.code.find(page);
    if (code == nullptr) {
        release_held_line(hart);  // others may wait for it, and we for them
        // Marked before its bytes are read: a store from now on is seen by forget_code().
        machine.revocation.revoke_write(hart.shared.safe_point, page, PageAttributes::code,
                                        [&] { sweep_write_tags(hart); });
        code = &hart.code.make(page, place->physical.page());
    }
    if (!machine.environment.evict_translation(hart.own.id)) {
        hart.own.fetch->put_fetch(address, place->physical.value, place->level, place->global, code);
    }
    return code;
}

void forget_code(Hart& hart, u64 page) {
    MachineContext& machine = hart.machine;
    release_held_line(hart);
    machine.revocation.exclusively(
        hart.shared.safe_point, [&] { sweep_write_tags(hart); },
        [&] {
            if ((machine.attributes.of(page) & PageAttributes::code) == 0) {
                return;  // another store was first
            }
            for (Hart* other : machine.harts) {
                if (other == &hart) {
                    continue;
                }
                {
                    const FutexGuard guard(other->shared.stale_code_lock);
                    other->shared.stale_code.push_back(page);
                }
                other->alarm();
            }
            machine.attributes.clear(page, PageAttributes::code);
        });
    if (CodePage* code = hart.code.drop(page); code != nullptr) {
        hart.own.page = nullptr;
        hart.tlb.for_each_bank([&](TlbBank& bank) { bank.drop_fetch_of(code); });
    }
}

void sweep_write_tags(Hart& hart) {
    hart.tlb.for_each_bank([&](TlbBank& bank) {
        bank.drop_write_tags(
            [&](PhysAddr page) { return hart.machine.attributes.of(hart.machine.ram.page_index(page)) != 0; });
    });
}

void note_spin(HartState& own, u64 pc, u64 address, u64 value) {
    Spin& spin = own.spin;
    if (spin.pc != pc || spin.address != address || spin.value != value) {
        spin.pc = pc;
        spin.address = address;
        spin.value = value;
        spin.count = 1;
        return;
    }
    if (++spin.count >= spin.limit && spin.limit != 0) {
        spin.count = 0;
        own.stop = StopReason::Spin;
        own.stopping = true;
        own.attention = true;
    }
}

}  // namespace stampede
