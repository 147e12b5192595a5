// Policy `refcount_lock`: counts under a lock of their own, which is never held together with the
// allocator's. A write to a shared page always copies, its last owner's too, and every change of a
// mapping flushes.
#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/policy/locked_frames.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

constinit const char* const name = "refcount_lock";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = false;
constinit const std::uint32_t count_limit = 0xffff;
constinit const bool flushes_each_change = true;

namespace {

constinit LockedFrames frames{"refcount_lock"};
constinit Spinlock<Rank::frame_counts> refcount_lock{"refcount_lock, counts"};

}  // namespace

std::uint64_t table_size(std::uint64_t) { return 0; }
void init(const FrameRange& range) { frames.init(range); }

Frame* allocate(FrameOwner owner) {
    Frame* frame;
    {
        SpinGuard memory(frames.lock);
        frame = frames.free.take_uncounted(owner);
    }
    if (!frame) {
        return nullptr;
    }
    SpinGuard counts(refcount_lock);
    frame->count = 1;
    return frame;
}

bool share(Frame& frame) {
    SpinGuard counts(refcount_lock);
    KERNEL_ASSERT(frame.count > 0);
    if (frame.count == count_limit) {
        return false;
    }
    ++frame.count;
    return true;
}

bool drop(Frame& frame) {
    {
        SpinGuard counts(refcount_lock);
        KERNEL_ASSERT(frame.count > 0);
        if (--frame.count > 0) {
            return false;
        }
    }
    SpinGuard memory(frames.lock);
    frames.free.give_back(frame);
    return true;
}

// Nothing to decide: who always copies needs no count for it, and nobody ever writes to `frame`
// again.
std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    KERNEL_ASSERT(count(frame) > 0);
    Frame* copy = allocate(owner_of(frame));
    if (!copy) {
        return std::unexpected(OutOfMemory{});
    }
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

void settle() {}  // nothing is ever deferred

std::uint32_t count(const Frame& frame) {
    SpinGuard counts(refcount_lock);
    return frame.count;
}

std::uint64_t frames_in_use() { return frames.in_use(); }
void describe(stampede::abi::AuditTable& table) { frames.describe(table); }

}  // namespace kernel::policy
