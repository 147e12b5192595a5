// What is special about a physical page: why stores to it may not take the fast path. One byte a
// page.
//
// A bit is set only through Revocation::revoke_write(), after which no hart holds a write tag for
// the page, or while harts are parked and hold none; it is cleared under the same lock (but for
// page_table, where a lost mark loses no more than a name, and for clean, which DirtyPages clears
// under its own). Readers need no lock: a store that finds no bit set is over before a revocation
// of its page completes.
#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include "harts/base/types.h"
#include "harts/memory/ram.h"

namespace stampede {

class PageAttributes {
public:
    static constexpr u8 code = 1;  // some hart holds decoded instructions of this page
    static constexpr u8 reservation =
        2;  // a load-reserved has been seen here: stores bump line versions
    static constexpr u8 page_table =
        4;  // PTEs in use stand here: a TranslationWatch wants to know who changes them

    // not stored to since the last snapshot (memory/dirty_pages.h)
    static constexpr u8 clean = 8;

    explicit PageAttributes(const Ram& ram)
        : pages_(ram.pages()), bits_(new std::atomic<u8>[ram.pages()]()) {}

    // Acquire: pairs with set's release; a hart that sees the bit sees what was published with it.
    [[nodiscard]] u8 of(u64 page) const { return bits_[page].load(std::memory_order_acquire); }
    void set(u64 page, u8 bit) { bits_[page].fetch_or(bit, std::memory_order_seq_cst); }
    void clear(u64 page, u8 bit) {
        bits_[page].fetch_and(static_cast<u8>(~bit), std::memory_order_seq_cst);
    }

    // For snapshots: all of them, and back but for `kept`. Harts parked.
    [[nodiscard]] std::vector<u8> all() const {
        std::vector<u8> bits(pages_);
        for (u64 page = 0; page < pages_; ++page) {
            bits[page] = bits_[page].load(std::memory_order_relaxed);
        }
        return bits;
    }
    void go_back_to(const std::vector<u8>& bits, u8 kept) {
        static_assert(sizeof(std::atomic<u8>) == 1);
        const u64 mask = kept * 0x0101'0101'0101'0101;
        for (u64 page = 0; page < pages_; page += 8) {  // RAM is whole huge pages
            u64 wanted;
            __builtin_memcpy(&wanted, &bits[page], 8);
            auto* const eight = reinterpret_cast<u64*>(&bits_[page]);
            const u64 now = __atomic_load_n(eight, __ATOMIC_RELAXED);  // relaxed: nobody runs
            if (const u64 then = (now & mask) | (wanted & ~mask); then != now) {
                __atomic_store_n(eight, then, __ATOMIC_RELAXED);
            }
        }
    }

private:
    const u64 pages_;
    // written under the revocation lock, read by every hart
    std::unique_ptr<std::atomic<u8>[]> bits_;
};

}  // namespace stampede
