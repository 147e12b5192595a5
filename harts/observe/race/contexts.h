// Small numbers for what a hart holds and whose page table it uses, to ride in the upper bits of
// recorded pcs:
//
//     63  61 60 59        54 53          40 39              0
//     [   0 |1 |   hart     |   number     | pc, sign in 39  ]
//
// A number means what it meant until its hart has needed 2^14 others since: long after
// ThreadSanitizer has forgotten the access.
#pragma once
#include <array>

#include "harts/base/lazy_table.h"
#include "harts/base/types.h"
#include "harts/observe/race/lock_sets.h"

namespace stampede {

class Contexts {
public:
    static constexpr unsigned numbers = 1 << 14;

    explicit Contexts(u32 hart) : hart_(hart), sets_(make_lazy_table<LockSet>(numbers)) {}

    // The upper bits for this set. The hart's own thread.
    u64 tag_of(const LockSet& set);
    // What a tagged pc of this hart's stands for. Any thread, for a tag that is in use.
    [[nodiscard]] const LockSet& find(u64 tagged) const {
        return sets_[tagged >> 40 & (numbers - 1)];
    }

    // The numbers of now are what restore() brings back; those given since then may be given again.
    // Harts parked.
    void save() { saved_ = {last_, next_}; }
    void restore() {
        last_ = saved_.last;
        next_ = saved_.next;
    }

    [[nodiscard]] static u32 hart_of(u64 tagged) { return static_cast<u32>(tagged >> 54 & 63); }
    [[nodiscard]] static u64 pc_of(u64 tagged) {
        const u64 low = tagged & ((u64{1} << 40) - 1);
        return (low >> 39) != 0 ? low | ~((u64{1} << 40) - 1) : low;
    }
    // A pc with a tag.
    [[nodiscard]] static u64 tagged(u64 pc, u64 tag) { return (pc & ((u64{1} << 40) - 1)) | tag; }

private:
    static constexpr unsigned hashes = 1 << 12;

    const u32 hart_;
    LazyTable<LockSet> sets_;
    std::array<u16, hashes> last_{};  // by hash: a number that had this set
    u32 next_ = 1;  // 0 is the empty set in no space, for good: what comes before any lock has it
    struct {
        std::array<u16, hashes> last;
        u32 next;
    } saved_{};
};

}  // namespace stampede
