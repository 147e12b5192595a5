#include "harts/memory/tlb.h"

#include <algorithm>

namespace stampede {
namespace {

constexpr bool is_global(u64 physical) { return (physical & TlbBank::flag_global) != 0; }
constexpr int level_of(u64 physical) { return static_cast<int>((physical >> 1) & 3); }
constexpr u64 pack(u64 physical, int level, bool global) {
    return (physical & ~page_offset_mask) | (static_cast<u64>(level) << 1) |
           (global ? TlbBank::flag_global : 0);
}

// Whether an entry of virtual page `page`, cut from a leaf at `level`, translates `address`.
constexpr bool covers(u64 page, int level, u64 address) {
    return ((page ^ address) & ~(sv39_level_size(level) - 1)) == 0;
}

constexpr u64 page_of(const TlbEntry& entry) {
    return stampede::page_of(entry.read != no_tag ? entry.read : entry.write);
}

}  // namespace

void TlbBank::flush() {
    for_each_used([&](TlbEntry& entry) { clear(entry); });
    used.fill(0);
    for (u64 bits = fetch_used; bits != 0; bits &= bits - 1) {
        clear(fetch[static_cast<u64>(__builtin_ctzll(bits))]);
    }
    fetch_used = 0;
    superpages.fill(0);
}

// `matches(page, physical)` says which entries go.
template <class Matches>
void TlbBank::flush_if(Matches&& matches) {
    for_each_used([&](TlbEntry& entry) {
        const u64 page = page_of(entry);
        if (page != no_tag && matches(page, entry.physical)) {
            clear(entry);
        }
    });
    for (u64 bits = fetch_used; bits != 0; bits &= bits - 1) {
        FetchEntry& entry = fetch[static_cast<u64>(__builtin_ctzll(bits))];
        if (entry.page != no_tag && matches(stampede::page_of(entry.page), entry.physical)) {
            clear(entry);
        }
    }
}

void TlbBank::flush_without_global() {
    flush_if([](u64, u64 physical) { return !is_global(physical); });
}

// `matches(physical)` among the entries that translate `address`.
template <class Matches>
void TlbBank::flush_one_page(u64 address, Matches&& matches) {
    // pieces of a superpage may stand anywhere
    if ((superpages[address >> 63] & superpage_hash(address)) != 0) {
        flush_if([&](u64 page, u64 physical) {
            return covers(page, level_of(physical), address) && matches(physical);
        });
        return;
    }
    const u64 page = address & ~page_offset_mask;
    TlbEntry& entry = entries[index(address)];
    if (page_of(entry) == page && matches(entry.physical)) {
        clear(entry);
    }
    FetchEntry& code = fetch[fetch_index(address)];
    if (stampede::page_of(code.page) == page && matches(code.physical)) {
        clear(code);
    }
}

void TlbBank::flush_page(u64 address) {
    flush_one_page(address, [](u64) { return true; });
}

void TlbBank::flush_page_without_global(u64 address) {
    flush_one_page(address, [](u64 physical) { return !is_global(physical); });
}

void TlbBank::drop_fetch_of(const CodePage* code) {
    for (u64 bits = fetch_used; bits != 0; bits &= bits - 1) {
        FetchEntry& entry = fetch[static_cast<u64>(__builtin_ctzll(bits))];
        if (entry.code == code) {
            clear(entry);
            entry.code = nullptr;
        }
    }
}

// The entry for `address`, emptied first if it held another page or meaning.
TlbEntry& TlbBank::take(u64 address, u64 physical, int level, bool global) {
    const u64 n = index(address);
    TlbEntry& entry = entries[n];
    const u64 page = address & ~page_offset_mask;
    const u64 packed = pack(physical, level, global);
    if (page_of(entry) != page || entry.physical != packed) {
        clear(entry);
        entry.physical = packed;
    }
    mark(used, n);
    mark(changed, n);
    note_superpage(address, level);
    return entry;
}

void TlbBank::put_fetch(u64 address, u64 physical, int level, bool global, CodePage* code) {
    const u64 n = fetch_index(address);
    fetch[n] = {address & ~page_offset_mask, code, pack(physical, level, global)};
    fetch_used |= u64{1} << n;
    fetch_changed |= u64{1} << n;
    note_superpage(address, level);
}

void TlbBank::count_changes() {
    for_each_used([](TlbEntry& entry) { entry.write = no_tag; });
    changed.fill(0);
    fetch_changed = 0;
}

void Tlb::count_changes(std::initializer_list<const TlbBank*> selected) {
    touched_ = 0;
    for (u64 n = 0; n < banks; ++n) {
        banks_[n].count_changes();
        if (std::ranges::find(selected, &banks_[n]) != selected.end()) {
            touch(n);
        }
    }
}

TlbBank& Tlb::shared_bank(TlbBank& bank, Satp satp) {
    if (bank.asid != satp.asid()) {
        bank.flush_without_global();
        bank.asid = satp.asid();
    }
    return bank;
}

TlbBank& Tlb::user(Satp satp) {
    u64 oldest = first_user;
    for (u64 n = first_user; n < banks; ++n) {
        if (banks_[n].in_use && banks_[n].asid == satp.asid()) {
            TlbBank& bank = touch(n);
            bank.last_use = ++clock_;
            return bank;
        }
        if (banks_[n].last_use < banks_[oldest].last_use) {
            oldest = n;
        }
    }
    TlbBank& bank = touch(oldest);
    bank.flush();
    bank.in_use = true;
    bank.asid = satp.asid();
    bank.last_use = ++clock_;
    return bank;
}

// All banks but the bare one, which translates nothing.
template <class F>
void Tlb::flush_in_address_spaces(F&& f) {
    for (u64 n = 1; n < banks; ++n) {
        if (n < first_user || banks_[n].in_use) {
            f(n);
        }
    }
}

void Tlb::flush_all() {
    flush_in_address_spaces([&](u64 n) { touch(n).flush(); });
}

void Tlb::flush_address(u64 address) {
    flush_in_address_spaces([&](u64 n) { touch(n).flush_page(address); });
}

void Tlb::flush_asid(u16 asid) {
    flush_in_address_spaces([&](u64 n) {
        if (banks_[n].asid == asid) {
            touch(n).flush_without_global();
        }
    });
}

void Tlb::flush_address_asid(u64 address, u16 asid) {
    flush_in_address_spaces([&](u64 n) {
        if (banks_[n].asid == asid) {
            touch(n).flush_page_without_global(address);
        }
    });
}

}  // namespace stampede
