// Wrong: free frames and counts have a lock each, which allocate() takes in one order and make_unique() in the other.
// Two CPUs that hold one each wait for ever.
#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/policy/free/free_frames.h"
#include "kernel/policy/policy.h"
#include "kernel/seeded_bugs/plain_lock.h"

namespace kernel::policy {

constinit const char* const name = "seeded_bug_lock_inversion";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xffff;
constinit const bool flushes_each_change = false;

namespace {

constinit PlainLock memory_lock;
constinit PlainLock counts_lock;
constinit FreeFrames free_frames GUARDED_BY(memory_lock);

}  // namespace

std::uint64_t table_size(std::uint64_t) { return 0; }
void init(const FrameRange& range) {
    PlainGuard memory(memory_lock);
    free_frames.init(range);
}

Frame* allocate(FrameOwner owner) {
    PlainGuard memory(memory_lock);
    PlainGuard counts(counts_lock);   // take() sets the count
    return free_frames.take(owner);
}

bool share(Frame& frame) {
    PlainGuard counts(counts_lock);
    KERNEL_ASSERT(frame.count > 0);
    if (frame.count == count_limit) return false;
    ++frame.count;
    return true;
}

bool drop(Frame& frame) {
    {
        PlainGuard counts(counts_lock);
        KERNEL_ASSERT(frame.count > 0);
        if (--frame.count > 0) return false;
    }
    PlainGuard memory(memory_lock);
    free_frames.give_back(frame);
    return true;
}

std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    Frame* copy;
    {
        PlainGuard counts(counts_lock);
        KERNEL_ASSERT(frame.count > 0);
        if (frame.count == 1) return &frame;
        PlainGuard memory(memory_lock);   // the bug: behind the counts' lock here
        copy = free_frames.take(owner_of(frame));
    }
    if (!copy) return std::unexpected(OutOfMemory{});
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

void settle() {}

std::uint32_t count(const Frame& frame) {
    PlainGuard counts(counts_lock);
    return frame.count;
}

std::uint64_t frames_in_use() {
    PlainGuard memory(memory_lock);
    return free_frames.in_use();
}

void describe(stampede::abi::AuditTable& table) {
    PlainGuard memory(memory_lock);
    const FrameRange& range = frame_range();
    table.count_arrays = 1;
    table.counts[0] = {arch::physical(&range.frames->count).value, sizeof(Frame::count), 0, sizeof(Frame)};
    free_frames.describe(table);
}

}  // namespace kernel::policy
