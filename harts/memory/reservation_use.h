// How long ago a marked page last saw a load-reserved, counted in the stores that had to go the
// slow way because of the mark.
#pragma once
#include <atomic>
#include <memory>

#include "harts/base/types.h"
#include "harts/memory/ram.h"

namespace stampede {

class ReservationUse {
public:
    explicit ReservationUse(const Ram& ram) : stores_(new std::atomic<u32>[ram.pages()]()) {}

    // A load-reserved has been executed in `page`.
    void reserved(u64 page) {
        // relaxed here and below: a figure; a lost count makes a page keep its mark a little
        // longer. Read first: harts that reserve in one page need not take its count from each
        // other.
        if (stores_[page].load(std::memory_order_relaxed) != 0) {
            stores_[page].store(0, std::memory_order_relaxed);
        }
    }
    // A store to marked `page` has gone the slow way. True: the page's mark costs more than it
    // gives.
    [[nodiscard]] bool stored(u64 page) {
        const u32 count = stores_[page].load(std::memory_order_relaxed) + 1;
        stores_[page].store(count, std::memory_order_relaxed);
        return count >= patience_;
    }

    // For snapshots. Harts parked.
    [[nodiscard]] u32 count(u64 page) const {
        return stores_[page].load(std::memory_order_relaxed);
    }
    void set_count(u64 page, u32 stores) { stores_[page].store(stores, std::memory_order_relaxed); }

    // Stores to a page without a load-reserved in between after which it loses its mark: at 4,096,
    // taking the mark and giving it again (microseconds) costs a few per cent of what the stores
    // did. Harts parked.
    void set_patience(u32 stores) { patience_ = stores; }

private:
    std::unique_ptr<std::atomic<u32>[]> stores_;  // written and read by harts that store or reserve
    u32 patience_ = 4096;
};

}  // namespace stampede
