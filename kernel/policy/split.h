// What the files of policy `split` share.
#pragma once
#include "kernel/base/spinlock.h"
#include "kernel/frames/frame.h"

namespace kernel::policy {

extern Spinlock<Rank::frame_counts> split_counts_lock;  // guards every count

inline int& split_count_of(Frame& frame) REQUIRES(split_counts_lock) {
    return reinterpret_cast<int&>(frame.count);
}

}  // namespace kernel::policy
