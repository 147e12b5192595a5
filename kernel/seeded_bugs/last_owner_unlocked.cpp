// Wrong: whether the reference is the last one is looked at without the counts' lock. What another CPU did under the lock before
// it gave its reference up need not be seen.
#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/policy/locked_frames.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

constinit const char* const name = "seeded_bug_last_owner_unlocked";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xffff;   // no int comes near its end
constinit const bool flushes_each_change = false;

namespace {

constinit LockedFrames frames{"split"};
constinit Spinlock<Rank::frame_counts> counts_lock{"split, counts"};

int& count_of(Frame& frame) REQUIRES(counts_lock) { return reinterpret_cast<int&>(frame.count); }

}  // namespace

std::uint64_t table_size(std::uint64_t) { return 0; }
void init(const FrameRange& range) { frames.init(range); }

Frame* allocate(FrameOwner owner) {
    SpinGuard memory(frames.lock);
    Frame* frame = frames.free.take_uncounted(owner);
    if (!frame) return nullptr;
    SpinGuard counts(counts_lock);
    count_of(*frame) = 1;
    return frame;
}

bool share(Frame& frame) {
    SpinGuard counts(counts_lock);
    int& count = count_of(frame);
    KERNEL_ASSERT(count > 0);
    if (count == static_cast<int>(count_limit)) return false;
    ++count;
    return true;
}

// Between the two locks the frame is nobody's: its count is 0 and no list has it.
bool drop(Frame& frame) {
    {
        SpinGuard counts(counts_lock);
        KERNEL_ASSERT(count_of(frame) > 0);
        if (--count_of(frame) > 0) return false;
    }
    SpinGuard memory(frames.lock);
    frames.free.give_back(frame);
    return true;
}

std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    if (frame.count == 1) return &frame;   // the bug
    Frame* copy = allocate(owner_of(frame));
    if (!copy) return std::unexpected(OutOfMemory{});
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

void settle() {}   // nothing is ever deferred

std::uint32_t count(const Frame& frame) {
    SpinGuard counts(counts_lock);
    return frame.count;
}

std::uint64_t frames_in_use() { return frames.in_use(); }

void describe(stampede::abi::AuditTable& table) {
    frames.describe(table);
    table.counts[0].is_signed = 1;
}

}  // namespace kernel::policy
