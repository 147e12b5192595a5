#include "harts/schedule/emulated_time/cache_lines.h"

#include <algorithm>
#include <bit>

namespace stampede {

CacheLines::CacheLines(const Ram& ram, const CacheCosts& costs)
    : costs_(costs),
      holders_(make_lazy_table<u64>(ram.size() / line_size)),
      arrives_(make_lazy_table<u64>(ram.size() / line_size)),
      counted_(make_lazy_table<u32>(ram.size() / word_size)) {}

u64 CacheLines::price(u64 holders, u64 self, LineUse use) const {
    if (holders == 0) {
        return costs_.first;
    }
    if (use == LineUse::Load) {
        return std::has_single_bit(holders) ? costs_.load_exclusive : costs_.load_shared;
    }
    if (use == LineUse::Atomic) {
        return costs_.atomic;
    }
    return (holders & self) != 0 ? costs_.upgrade : costs_.store;
}

u64 CacheLines::use(HartId hart, PhysAddr at, LineUse use, u64 now) {
    const u64 line = (at.value - ram_base.value) / line_size;
    const u64 self = u64{1} << hart.value;
    u64& holders = holders_[line];
    if (use == LineUse::Load ? (holders & self) != 0 : holders == self) {
        return now;
    }
    const bool first = holders == 0;
    // several at once may take one
    const bool copies = use == LineUse::Load && std::popcount(holders) > 1;
    const u64 cost = price(holders, self, use);
    const u64 done = std::max(now, arrives_[line]) + cost;
    holders = use == LineUse::Load ? holders | self : self;
    if (!first) {
        if (!copies) {
            arrives_[line] = done;
        }
        count(at, done - now);
    }
    return done;
}

void CacheLines::count(PhysAddr at, u64 stalled) {
    const u64 word = (at.value - ram_base.value) / word_size;
    u32& place = counted_[word];
    if (place == 0) {
        counts_.push_back({.word = ram_base + word * word_size});
        place = static_cast<u32>(counts_.size());
    }
    Counts& counts = counts_[place - 1];
    ++counts.transfers;
    counts.stalled += stalled;
}

void CacheLines::count_anew() {
    for (const Counts& counts : counts_) {
        counted_[(counts.word.value - ram_base.value) / word_size] = 0;
    }
    counts_.clear();
}

}  // namespace stampede
