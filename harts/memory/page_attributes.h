// What is special about a physical page: why stores to it may not take the fast path. One byte a page.
//
// A bit is set only through Revocation::revoke_write(), after which no hart holds a write tag for the page, or while harts are parked and
// hold none; it is cleared under the same lock (but for page_table, where a lost mark loses no more than a name, and for clean, which
// DirtyPages clears under its own). Readers need no lock: a store that finds no bit set is over before a revocation of its page completes.
#pragma once
#include <atomic>
#include <memory>

#include "harts/base/types.h"
#include "harts/memory/ram.h"

namespace stampede {

class PageAttributes {
public:
    static constexpr u8 code = 1;         // some hart holds decoded instructions of this page
    static constexpr u8 reservation = 2;  // a load-reserved has been seen here: stores bump line versions
    static constexpr u8 page_table = 4;   // PTEs in use stand here: a TranslationWatch wants to know who changes them

    static constexpr u8 clean = 8;        // not stored to since the last snapshot (memory/dirty_pages.h)

    explicit PageAttributes(const Ram& ram) : bits_(new std::atomic<u8>[ram.pages()]()) {}

    // Acquire: pairs with set's release; a hart that sees the bit sees what was published with it.
    [[nodiscard]] u8 of(u64 page) const { return bits_[page].load(std::memory_order_acquire); }
    void set(u64 page, u8 bit) { bits_[page].fetch_or(bit, std::memory_order_seq_cst); }
    void clear(u64 page, u8 bit) { bits_[page].fetch_and(static_cast<u8>(~bit), std::memory_order_seq_cst); }

private:
    std::unique_ptr<std::atomic<u8>[]> bits_;  // written under the revocation lock, read by every hart
};

}  // namespace stampede
