// A seeded bug, for proving that it is found: as `kmem`, but the counts are changed without the lock. The lock still
// guards the free frames. Two CPUs that change one count at once lose a change; the decision in make_unique and the
// drop that follows are separate, too.
#include "kernel/arch/arch.h"
#include "kernel/base/print.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/string.h"
#include "kernel/policy/free_frames.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

constinit const char* const name = "seeded_bug_unlocked_counts";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xffff;

namespace {

constinit Spinlock<Rank::frames> lock{"seeded_bug_unlocked_counts"};
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
    if (frame.count == count_limit) return false;
    ++frame.count;                        // the bug: no lock
    return true;
}

bool drop(Frame& frame) {
    if (--frame.count > 0) return false;  // the bug: no lock
    SpinGuard guard(lock);
    free_frames.give_back(frame);
    return true;
}

std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    if (frame.count == 1) return &frame;  // the bug: no lock
    Frame* copy = allocate(owner_of(frame));
    if (!copy) return std::unexpected(OutOfMemory{});
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

void settle() {}

std::uint32_t count(const Frame& frame) { return frame.count; }

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
