// Wrong: drop() asks for the count and then lowers it, in two critical sections. Two CPUs that both saw 2 leave a count
// of 0 and a frame that nobody ever frees.
#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/policy/locked_frames.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

constinit const char* const name = "seeded_bug_drop_in_two_steps";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xffff;
constinit const bool flushes_each_change = false;

namespace {

constinit LockedFrames frames{"seeded_bug_drop_in_two_steps"};

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
    if (count(frame) > 1) {
        SpinGuard guard(frames.lock);
        --frame.count;                    // the bug: another CPU may have done the same since
        return false;
    }
    SpinGuard guard(frames.lock);
    frame.count = 0;
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
