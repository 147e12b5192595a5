// Which words of RAM several harts touch: the accesses at which a change of turns can matter at
// all. A cache line counts as one word: what lies on one line is mostly used by the same harts, and
// a table by 8 bytes made PCT twice as slow.
//
// A line belongs to nobody, to one hart, or to all:
//
//     nobody ── touched by a ──▶ a's ── touched by b ──▶ b's, has moved ── touched by a third time
//     ──▶ everybody's
//
// One change of hands alone is what happens to all memory that is freed and allocated again, and a
// page full of such lines would hide the few that harts really share; so the line goes with it, and
// the second change makes it everybody's. Those known to be shared need no such proof
// (assume_shared).
//
// The table is read by the fast accesses of an observing engine (engine/own_pieces.h): whatever is
// not the hart's own alone takes the slow path. forget() starts anew without touching the table:
// entries carry the epoch they were made in.
#pragma once
#include <vector>

#include "harts/base/lazy_table.h"
#include "harts/base/types.h"
#include "harts/engine/own_pieces.h"
#include "harts/memory/ram.h"

namespace stampede {

class TouchedLines {
public:
    static constexpr u64 line_size = OwnPieces::piece;

    explicit TouchedLines(const Ram& ram);

    // Notes an access of `hart` to the line at `at`; true: several harts touch it.
    bool touch(HartId hart, PhysAddr at) {
        u16& entry = table_[index(at)];
        const u16 mine = entry_of(hart);
        if (entry == mine) {
            return false;
        }
        if ((entry & epoch_mask) != epoch_) {
            entry = mine;
            return false;
        }
        if (entry == (epoch_ | by_all)) {
            return true;
        }
        return change_hands(at, entry, mine);
    }
    // Every line belongs to nobody again, but those that are known to be shared.
    void forget();
    // From now on, whatever is forgotten. What is outside RAM is ignored.
    void assume_shared(const std::vector<PhysAddr>& places);
    // What several harts have touched since it was last forgotten, moved ones too, by where the
    // line begins; ascending.
    [[nodiscard]] std::vector<PhysAddr> shared() const;

    [[nodiscard]] const u16* table() const { return table_.get(); }
    [[nodiscard]] u16 entry_of(HartId hart) const {
        return static_cast<u16>(epoch_ | (hart.value + 1));
    }

private:
    static constexpr u16 by_all = 0x7f, epoch_mask = 0xff80, epoch_step = 0x80;

    [[nodiscard]] static u64 index(PhysAddr at) { return (at.value - ram_base.value) / line_size; }
    bool change_hands(PhysAddr at, u16& entry, u16 mine);
    void mark_known();

    u64 lines_;
    LazyTable<u16> table_, moved_;  // moved_: the epoch in which the line first changed hands
    std::vector<PhysAddr> known_;
    u16 epoch_ = epoch_step;
};

}  // namespace stampede
