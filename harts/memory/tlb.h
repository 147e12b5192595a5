// A hart's translation cache. Its own thread only.
//
// Entries are kept in banks, one a context, so that a trap or a change of satp picks another bank
// instead of flushing one:
//   bare                  no translation (M-mode, or satp.MODE = Bare)
//   supervisor, SUM       one bank each for all address spaces: kernels map themselves with G, so
//                         these survive a change of ASID; entries without G in them are dropped
//                         when the ASID changes
//   user                  a bank for each of the last few ASIDs
// This keeps what the architecture lets a TLB keep, and a kernel that forgets an sfence.vma can be
// caught.
//
// An entry's tags are the virtual page, or no_tag. A fast access compares (address & (page mask |
// alignment bits)) with the tag, so misaligned accesses miss too. Pages that stores must not reach
// directly (code, reservations, no D yet) have no write tag; pages outside RAM have no tags at all.
//
// A tag with stale_mark in it belongs to an entry that today's page tables would refuse or send
// elsewhere (core/translation_watch.h). No fast access matches it; the slow path uses the entry all
// the same, for a TLB may keep it, and tells.
#pragma once
#include <array>
#include <initializer_list>
#include <utility>

#include "harts/base/types.h"
#include "harts/memory/pte.h"

namespace stampede {

struct CodePage;

inline constexpr u64 no_tag = 0xfff;      // low bits that no compared address has
inline constexpr u64 stale_mark = 0x800;  // likewise, ored into a tag

constexpr bool is_fresh(u64 tag) { return (tag & page_offset_mask) == 0; }
// The virtual page of a tag, marked or not; no_tag stays no_tag.
constexpr u64 page_of(u64 tag) { return tag == no_tag ? no_tag : tag & ~page_offset_mask; }

struct TlbEntry {
    u64 read = no_tag;
    u64 write = no_tag;
    i64 offset = 0;    // host address minus guest virtual address
    u64 physical = 0;  // page address | flag_global | level << 1
};

struct alignas(32) FetchEntry {
    u64 page = no_tag;  // virtual
    CodePage* code = nullptr;
    u64 physical = 0;  // as TlbEntry's
};

struct TlbBank {
    static constexpr u64 size = 512;
    static constexpr u64 fetch_size = 64;
    static constexpr u64 flag_global = 1;

    std::array<TlbEntry, size> entries;
    std::array<FetchEntry, fetch_size> fetch;
    std::array<u64, size / 64> used{};  // bit n: entries[n] may hold something
    u64 fetch_used = 0;
    // bit n: entries[n] may be another than when changes were last counted, write tags apart
    std::array<u64, size / 64> changed{};
    u64 fetch_changed = 0;
    std::array<u64, 2> superpages{};  // filter, lower and upper half: hashes of the 2 MiB regions
                                      // of pieces of superpages
    u64 last_use = 0;                 // for the user banks' replacement
    u16 asid = 0;                     // whose entries without G these are
    bool in_use = false;

    [[nodiscard]] static constexpr u64 index(u64 address) { return (address >> 12) & (size - 1); }
    [[nodiscard]] static constexpr u64 fetch_index(u64 address) {
        return (address >> 12) & (fetch_size - 1);
    }

    void flush();  // everything
    void flush_without_global();
    void flush_page(u64 address);  // with and without G
    void flush_page_without_global(u64 address);
    // Drops write tags of pages for which `revoked(physical page address)` holds.
    template <class Revoked>
    void drop_write_tags(Revoked&& revoked) {
        for_each_used([&](TlbEntry& entry) {
            if (entry.write != no_tag && revoked(PhysAddr{entry.physical & ~page_offset_mask})) {
                entry.write = no_tag;
            }
        });
    }
    void drop_fetch_of(const CodePage* code);
    TlbEntry& take(u64 address, u64 physical, int level, bool global);
    void put_fetch(u64 address, u64 physical, int level, bool global, CodePage* code);
    // One entry goes.
    void clear(TlbEntry& entry) {
        entry.read = entry.write = no_tag;
        note_change(entry);
    }
    // Somebody writes to one of its tags.
    void note_change(const TlbEntry& entry) {
        mark(changed, static_cast<u64>(&entry - entries.data()));
    }
    void note_change(const FetchEntry& entry) {
        fetch_changed |= u64{1} << (&entry - fetch.data());
    }

    // As of Tlb's.
    void count_changes();
    template <class CodeOf>
    void restore(const TlbBank& saved, CodeOf&& code_of);

    template <class F>
    void for_each_used(F&& f) {
        for (u64 word = 0; word < used.size(); ++word) {
            for (u64 bits = used[word]; bits != 0; bits &= bits - 1) {
                f(entries[word * 64 + static_cast<u64>(__builtin_ctzll(bits))]);
            }
        }
    }
    template <class F>
    void for_each_used_fetch(F&& f) {
        for (u64 bits = fetch_used; bits != 0; bits &= bits - 1) {
            f(fetch[static_cast<u64>(__builtin_ctzll(bits))]);
        }
    }

private:
    static void mark(std::array<u64, size / 64>& bits, u64 n) {
        bits[n / 64] |= u64{1} << (n % 64);
    }
    void clear(FetchEntry& entry) {
        entry.page = no_tag;
        note_change(entry);
    }
    template <class Matches>
    void flush_if(Matches&& matches);
    template <class Matches>
    void flush_one_page(u64 address, Matches&& matches);
    static constexpr u64 superpage_hash(u64 address) {
        return u64{1} << (((address >> 21) * 0x9e3779b97f4a7c15ull) >> 58);
    }
    void note_superpage(u64 address, int level) {
        if (level != 0) {
            superpages[address >> 63] |= level == 1 ? superpage_hash(address) : ~u64{0};
        }
    }
};

class Tlb {
public:
    static constexpr u64 user_banks = 12;

    TlbBank& bare() { return touch(0); }
    TlbBank& supervisor(Satp satp) { return shared_bank(touch(1), satp); }
    TlbBank& supervisor_sum(Satp satp) { return shared_bank(touch(2), satp); }
    TlbBank& user(Satp satp);

    // sfence.vma: by address or all, by ASID or all (global mappings stay when an ASID is given).
    void flush_all();
    void flush_address(u64 address);
    void flush_asid(u16 asid);
    void flush_address_asid(u64 address, u16 asid);

    template <class F>
    void for_each_bank(F&& f) {
        for (u64 n = 0; n < banks; ++n) {
            if (n < first_user || banks_[n].in_use) {
                f(touch(n));
            }
        }
    }

    // --- snapshots: the hart parked, without write tags ------------------------------------------
    // Drops all write tags, and counts changes from now on. `selected`: the banks that may change
    // without being chosen anew.
    void count_changes(std::initializer_list<const TlbBank*> selected);
    // Becomes what `saved` is, a copy made right behind count_changes(), at the price of what has
    // changed since. `code_of(physical page address)` is the decoded page of a fetch entry.
    template <class CodeOf>
    void restore(const Tlb& saved, CodeOf&& code_of);

    template <class F>
    void for_each_supervisor_bank(F&& f) {
        f(touch(1));
        f(touch(2));
    }

private:
    // bare, supervisor, the same with SUM, users
    static constexpr u64 first_user = 3, banks = first_user + user_banks;

    TlbBank& shared_bank(TlbBank& bank, Satp satp);
    TlbBank& touch(u64 n) {
        touched_ |= 1u << n;
        return banks_[n];
    }
    template <class F>
    void flush_in_address_spaces(F&& f);

    std::array<TlbBank, banks> banks_;
    u32 touched_ = 0;  // banks that may have changed since changes were last counted
    u64 clock_ = 0;
};

template <class CodeOf>
void TlbBank::restore(const TlbBank& saved, CodeOf&& code_of) {
    for (u64 word = 0; word < changed.size(); ++word) {
        for (u64 bits = std::exchange(changed[word], 0); bits != 0; bits &= bits - 1) {
            const u64 n = word * 64 + static_cast<u64>(__builtin_ctzll(bits));
            entries[n] = saved.entries[n];
        }
    }
    for (u64 bits = std::exchange(fetch_changed, 0); bits != 0; bits &= bits - 1) {
        const auto n = static_cast<u64>(__builtin_ctzll(bits));
        fetch[n] = saved.fetch[n];
        if (fetch[n].page != no_tag) {
            fetch[n].code = code_of(PhysAddr{fetch[n].physical & ~page_offset_mask});
        }
    }
    used = saved.used;
    fetch_used = saved.fetch_used;
    superpages = saved.superpages;
    last_use = saved.last_use;
    asid = saved.asid;
    in_use = saved.in_use;
}

template <class CodeOf>
void Tlb::restore(const Tlb& saved, CodeOf&& code_of) {
    for (u32 bits = touched_; bits != 0; bits &= bits - 1) {
        const int n = __builtin_ctz(bits);
        banks_[static_cast<u64>(n)].restore(saved.banks_[static_cast<u64>(n)], code_of);
    }
    touched_ = saved.touched_;
    clock_ = saved.clock_;
}

}  // namespace stampede
