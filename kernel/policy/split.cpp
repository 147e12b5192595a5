// Policy `split`: counts of type int under a second lock. Allocating nests it inside the
// allocator's lock, dropping takes the two one after the other. The last owner takes the frame over
// (split_make_unique.cpp).
#include "kernel/policy/split.h"

#include "kernel/base/print.h"
#include "kernel/policy/locked_frames.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

constinit const char* const name = "split";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xffff;  // no int comes near its end
constinit const bool flushes_each_change = false;

constinit Spinlock<Rank::frame_counts> split_counts_lock{"split, counts"};

namespace {

constinit LockedFrames frames{"split"};

}  // namespace

std::uint64_t table_size(std::uint64_t) { return 0; }
void init(const FrameRange& range) { frames.init(range); }

Frame* allocate(FrameOwner owner) {
    SpinGuard memory(frames.lock);
    Frame* frame = frames.free.take_uncounted(owner);
    if (!frame) {
        return nullptr;
    }
    SpinGuard counts(split_counts_lock);
    split_count_of(*frame) = 1;
    return frame;
}

bool share(Frame& frame) {
    SpinGuard counts(split_counts_lock);
    int& count = split_count_of(frame);
    KERNEL_ASSERT(count > 0);
    if (count == static_cast<int>(count_limit)) {
        return false;
    }
    ++count;
    return true;
}

// Between the two locks the frame is nobody's: its count is 0 and no list has it.
bool drop(Frame& frame) {
    {
        SpinGuard counts(split_counts_lock);
        KERNEL_ASSERT(split_count_of(frame) > 0);
        if (--split_count_of(frame) > 0) {
            return false;
        }
    }
    SpinGuard memory(frames.lock);
    frames.free.give_back(frame);
    return true;
}

void settle() {}  // nothing is ever deferred

std::uint32_t count(const Frame& frame) {
    SpinGuard counts(split_counts_lock);
    return frame.count;
}

std::uint64_t frames_in_use() { return frames.in_use(); }

void describe(stampede::abi::AuditTable& table) {
    frames.describe(table);
    table.counts[0].is_signed = 1;
}

}  // namespace kernel::policy
