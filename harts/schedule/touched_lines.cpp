#include "harts/schedule/touched_lines.h"

namespace stampede {

TouchedLines::TouchedLines(const Ram& ram)
    : lines_(ram.size() / line_size),
      table_(make_lazy_table<u16>(lines_)),
      moved_(make_lazy_table<u16>(lines_)) {}

bool TouchedLines::change_hands(PhysAddr at, u16& entry, u16 mine) {
    u16& moved = moved_[index(at)];
    if (moved != epoch_) {
        moved = epoch_;
        entry = mine;
        return false;
    }
    entry = static_cast<u16>(epoch_ | by_all);
    return true;
}

void TouchedLines::forget() {
    epoch_ = static_cast<u16>(epoch_ + epoch_step);
    if (epoch_ == 0) {  // all epochs are used up: old entries must not come to life again
        ::madvise(table_.get(), lines_ * sizeof(u16), MADV_DONTNEED);
        ::madvise(moved_.get(), lines_ * sizeof(u16), MADV_DONTNEED);
        epoch_ = epoch_step;
    }
    mark_known();
}

void TouchedLines::assume_shared(const std::vector<PhysAddr>& places) {
    for (const PhysAddr at : places) {
        if (at.value >= ram_base.value && index(at) < lines_) {
            known_.push_back(at);
        }
    }
    mark_known();
}

void TouchedLines::mark_known() {
    for (const PhysAddr at : known_) {
        table_[index(at)] = static_cast<u16>(epoch_ | by_all);
    }
}

std::vector<PhysAddr> TouchedLines::shared() const {
    std::vector<PhysAddr> all;
    for (u64 n = 0; n < lines_; ++n) {
        if (table_[n] == (epoch_ | by_all) || moved_[n] == epoch_) {
            all.push_back(ram_base + n * line_size);
        }
    }
    return all;
}

}  // namespace stampede
