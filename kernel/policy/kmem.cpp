// Policy `kmem`: one spinlock guards the free frames and every count, so each decision about a frame is one critical
// section.
#include "kernel/arch/arch.h"
#include "kernel/base/print.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/string.h"
#include "kernel/policy/free_frames.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

constinit const char* const name = "kmem";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xffff;

namespace {

constinit Spinlock<Rank::frames> lock{"kmem"};
constinit FreeFrames free_frames GUARDED_BY(lock);

}  // namespace

void init(const FrameRange& range) {
    SpinGuard guard(lock);
    free_frames.init(range);
}

Frame* allocate(FrameOwner owner) {
    SpinGuard guard(lock);
    return free_frames.take(owner);
}

bool share(Frame& frame) {
    SpinGuard guard(lock);
    KERNEL_ASSERT(frame.count > 0);
    if (frame.count == count_limit) return false;
    ++frame.count;
    return true;
}

bool drop(Frame& frame) {
    SpinGuard guard(lock);
    KERNEL_ASSERT(frame.count > 0);
    if (--frame.count > 0) return false;
    free_frames.give_back(frame);
    return true;
}

// The copy is made outside the lock: the caller's own reference keeps the count of `frame` above what anybody else
// needs to take it over, so nobody writes to it meanwhile.
std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    Frame* copy;
    {
        SpinGuard guard(lock);
        KERNEL_ASSERT(frame.count > 0);
        if (frame.count == 1) return &frame;
        copy = free_frames.take(owner_of(frame));
    }
    if (!copy) return std::unexpected(OutOfMemory{});
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

void settle() {}   // nothing is ever deferred

std::uint32_t count(const Frame& frame) {
    SpinGuard guard(lock);
    return frame.count;
}

std::uint64_t frames_in_use() {
    SpinGuard guard(lock);
    return free_frames.in_use();
}

void describe(stampede::abi::AuditTable& table) {
    SpinGuard guard(lock);
    const FrameRange& range = frame_range();
    table.count_arrays = 1;
    table.counts[0] = {arch::physical(&range.frames->count).value, sizeof(Frame::count), 0, sizeof(Frame)};
    free_frames.describe(table);
}

}  // namespace kernel::policy
