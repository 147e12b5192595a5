#include "harts/access/load_store.h"

#include <optional>

#include "harts/access/guest_store.h"
#include "harts/access/host_access.h"
#include "harts/access/may_begin.h"
#include "harts/access/tlb_use.h"
#include "harts/access/translate.h"
#include "harts/core/machine_context.h"

namespace stampede {
namespace {

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
        ordinary &=
            change_ram(hart, at + n, [&](u8* host) { store_host(host, 1, value >> (8 * n)); });
    }
    return ordinary;
}

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
    hart.own.reservation.release_line();  // the device may store there (guest_store.h)
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
    hart.own.reservation.release_line();  // likewise
    if (Observer* observer = hart.machine.observer; observer != nullptr) [[unlikely]] {
        observer->on_device_store(hart, place->physical, size, value);
    }
    if (!hart.machine.bus.store(hart.own.id, place->physical, size, value)) {
        return fault(Cause::StoreAccess, address);
    }
    return {};
}

bool crosses_page(u64 address, unsigned size) {
    return (address & page_offset_mask) + size > page_size;
}

u64 next_page(u64 address) { return (address & ~page_offset_mask) + page_size; }

// Of an access that crosses into the next page.
bool both_may_begin(Hart& hart, u64 address, Access access) {
    return may_begin(hart, address, 1, access, Contact::Plain) &&
           may_begin(hart, next_page(address), 1, access, Contact::Plain);
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

}  // namespace stampede
