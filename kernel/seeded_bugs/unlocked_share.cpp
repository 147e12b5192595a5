// Wrong: only who takes a reference away locks the counts; who adds one does not. A share() between the load and the
// store of another CPU's drop() is lost, and the frame is freed under somebody who still maps it.
#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/policy/locked_frames.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

constinit const char* const name = "seeded_bug_unlocked_share";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xffff;
constinit const bool flushes_each_change = false;

namespace {

constinit LockedFrames frames{"seeded_bug_unlocked_share"};

}  // namespace

std::uint64_t table_size(std::uint64_t) { return 0; }
void init(const FrameRange& range) { frames.init(range); }
Frame* allocate(FrameOwner owner) { return frames.allocate(owner); }

bool share(Frame& frame) {
    if (frame.count == count_limit) return false;
    ++frame.count;                        // the bug
    return true;
}

bool drop(Frame& frame) {
    SpinGuard guard(frames.lock);
    KERNEL_ASSERT(frame.count > 0);
    if (--frame.count > 0) return false;
    frames.free.give_back(frame);
    return true;
}

std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    Frame* copy;
    {
        SpinGuard guard(frames.lock);
        KERNEL_ASSERT(frame.count > 0);
        if (frame.count == 1) return &frame;
        copy = frames.free.take(owner_of(frame));
    }
    if (!copy) return std::unexpected(OutOfMemory{});
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

void settle() {}

std::uint32_t count(const Frame& frame) { return frames.count(frame); }
std::uint64_t frames_in_use() { return frames.in_use(); }
void describe(stampede::abi::AuditTable& table) { frames.describe(table); }

}  // namespace kernel::policy
