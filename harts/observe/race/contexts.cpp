#include "harts/observe/race/contexts.h"

#include "harts/observe/race/tsan_runtime.h"

namespace stampede {
namespace {

bool same(const LockSet& a, const LockSet& b) {
    if (a.count != b.count || a.satp != b.satp) {
        return false;
    }
    for (unsigned n = 0; n < a.count; ++n) {
        if (a.held[n].word != b.held[n].word || a.held[n].pc != b.held[n].pc) {
            return false;
        }
    }
    return true;
}

u64 hash(const LockSet& set) {
    u64 h = set.satp * 0xc2b2'ae3d'27d4'eb4f;
    for (unsigned n = 0; n < set.count; ++n) {
        h = (h ^ set.held[n].word ^ (set.held[n].pc << 17)) * 0x9e37'79b9'7f4a'7c15;
    }
    return h >> 40;
}

}  // namespace

u64 Contexts::tag_of(const LockSet& set) {
    u16& known = last_[hash(set) % hashes];
    if (!same(sets_[known], set)) {
        known = static_cast<u16>(next_);
        next_ = next_ + 1 == numbers ? 1 : next_ + 1;
        LockSet& to = sets_[known];
        to.count = set.count;
        to.satp = set.satp;
        for (unsigned n = 0; n < set.count; ++n) {  // no memcpy: see guest_stack.cpp
            to.held[n].word = set.held[n].word;
            to.held[n].pc = set.held[n].pc;
            asm volatile("" ::: "memory");
        }
    }
    return tsan::external | u64{hart_} << 54 | u64{known} << 40;
}

}  // namespace stampede
