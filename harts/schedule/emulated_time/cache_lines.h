// What an access costs on a machine whose harts have caches: who holds a line, and who last wrote
// it.
//
// Caches are as large as memory and of one level, coherent by MESI with a directory: a line is held
// by nobody, by one hart (which may write it), or by several (which may read it). Lines are handed
// on one at a time: who wants a line that is on its way waits for it to come. That is what makes a
// lock's line the bottleneck that it is on real machines.
//
// Not modelled: capacity, prefetching, stores that wait in a buffer while their hart goes on,
// sockets, fetches of instructions, page table walks.
#pragma once
#include <vector>

#include "harts/base/lazy_table.h"
#include "harts/base/types.h"
#include "harts/engine/own_pieces.h"
#include "harts/memory/ram.h"

namespace stampede {

// Cycles that an access takes beside the one of its instruction. An access to a line that the hart
// holds as it needs it takes none. The figures: T. David, R. Guerraoui, V. Trigonakis, "Everything
// you always wanted to know about synchronization but were afraid to ask", SOSP 2013, table 2, the
// Xeon's cores of one die.
struct CacheCosts {
    u64 load_shared = 44;      // from a cache that may not write it
    u64 load_exclusive = 109;  // from the one that may
    u64 store = 115;           // from another cache, whose copy goes
    u64 upgrade = 116;         // held already; the other copies go
    u64 atomic = 120;          // as store or upgrade
    u64 first = 0;             // nobody has it: memory's price, the same for all numbers of harts

    bool operator==(const CacheCosts&) const = default;
};

enum class LineUse : u8 { Load, Store, Atomic };

// One thread.
class CacheLines {
public:
    static constexpr u64 line_size = OwnPieces::piece, word_size = 8;

    CacheLines(const Ram& ram, const CacheCosts& costs);

    // `hart` uses the line at `at` from `now` on, in cycles. When it has it.
    u64 use(HartId hart, PhysAddr at, LineUse use, u64 now);

    // By line of RAM: a bit for each hart that holds it. One alone may write it.
    [[nodiscard]] const u64* holders() const { return holders_.get(); }

    // Whose use it was that lines were handed on for since count_anew(), by the eight bytes; in no
    // order.
    struct Counts {
        PhysAddr word;
        u64 transfers = 0;  // times a hart had to get it, or to make others give it up
        u64 stalled = 0;    // cycles that harts waited for it
    };
    [[nodiscard]] const std::vector<Counts>& counts() const { return counts_; }
    void count_anew();

private:
    [[nodiscard]] u64 price(u64 holders, u64 self, LineUse use) const;
    void count(PhysAddr at, u64 stalled);

    const CacheCosts costs_;
    LazyTable<u64> holders_, arrives_;  // arrives_: when the line's last way to a writer ends
    LazyTable<u32> counted_;            // by word: its place in counts_, from 1 on
    std::vector<Counts> counts_;
};

}  // namespace stampede
