// Policy `eager`: fork copies every page, as a kernel without copy-on-write does. A count is 0 or 1. One spinlock.
#include "kernel/arch/arch.h"
#include "kernel/base/print.h"
#include "kernel/base/spinlock.h"
#include "kernel/policy/free_frames.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

constinit const char* const name = "eager";
constinit const bool shares_on_fork = false;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 1;

namespace {

constinit Spinlock<Rank::frames> lock{"eager"};
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

bool share(Frame&) { return false; }

bool drop(Frame& frame) {
    SpinGuard guard(lock);
    KERNEL_ASSERT(frame.count == 1);
    frame.count = 0;
    free_frames.give_back(frame);
    return true;
}

std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    SpinGuard guard(lock);
    KERNEL_ASSERT(frame.count == 1);
    return &frame;                        // no frame is ever shared
}

void settle() {}

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
