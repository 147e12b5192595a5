// Which words of RAM several harts have touched: the accesses at which a change of turns can matter at all.
//
// A word belongs to nobody, to the one hart that has touched it, or to all. The table is read by the fast accesses of an observing engine
// (HartWatch::touched): whatever is not the hart's own alone takes the slow path. forget() starts anew without touching the table: entries
// carry the epoch they were made in.
#pragma once
#include "harts/base/types.h"
#include "harts/memory/ram.h"

namespace stampede {

class TouchedWords {
public:
    static constexpr u64 word_size = 8;  // bytes

    explicit TouchedWords(const Ram& ram);
    ~TouchedWords();
    TouchedWords(const TouchedWords&) = delete;
    TouchedWords& operator=(const TouchedWords&) = delete;

    // Notes an access of `hart` to the word at `at`; true: several harts have touched it, this one included.
    bool touch(HartId hart, PhysAddr at) {
        u16& entry = table_[(at.value - ram_base.value) / word_size];
        const u16 mine = entry_of(hart);
        if (entry == mine) {
            return false;
        }
        const bool shared = (entry & epoch_mask) == epoch_;
        entry = shared ? static_cast<u16>(epoch_ | by_all) : mine;
        return shared;
    }
    // Every word belongs to nobody again.
    void forget();

    [[nodiscard]] const u16* table() const { return table_; }
    [[nodiscard]] u16 entry_of(HartId hart) const { return static_cast<u16>(epoch_ | (hart.value + 1)); }

private:
    static constexpr u16 by_all = 0x7f, epoch_mask = 0xff80, epoch_step = 0x80;

    u16* table_;
    u64 words_;
    u16 epoch_ = epoch_step;
};

}  // namespace stampede
