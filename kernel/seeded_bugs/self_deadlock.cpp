// Wrong: when there is no frame for a copy, make_unique() says so while it holds the lock, and what it says wants the
// lock as well.
#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/policy/locked_frames.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

constinit const char* const name = "seeded_bug_self_deadlock";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xffff;
constinit const bool flushes_each_change = false;

namespace {

constinit LockedFrames frames{"seeded_bug_self_deadlock"};

}  // namespace

std::uint64_t table_size(std::uint64_t) { return 0; }
void init(const FrameRange& range) { frames.init(range); }
Frame* allocate(FrameOwner owner) { return frames.allocate(owner); }

bool share(Frame& frame) {
    SpinGuard guard(frames.lock);
    KERNEL_ASSERT(frame.count > 0);
    if (frame.count == count_limit) return false;
    ++frame.count;
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
        if (!copy) {
            print("no frame for a copy: %lu are in use\n", frames.in_use());   // the bug
            return std::unexpected(OutOfMemory{});
        }
    }
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

void settle() {}

std::uint32_t count(const Frame& frame) { return frames.count(frame); }
std::uint64_t frames_in_use() { return frames.in_use(); }
void describe(stampede::abi::AuditTable& table) { frames.describe(table); }

}  // namespace kernel::policy
