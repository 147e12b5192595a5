// Policy `eager`: fork copies every page, as a kernel without copy-on-write does. A count is 0 or
// 1. One spinlock.
#include "kernel/base/print.h"
#include "kernel/policy/locked_frames.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

constinit const char* const name = "eager";
constinit const bool shares_on_fork = false;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 1;
constinit const bool flushes_each_change = false;

namespace {

constinit LockedFrames frames{"eager"};

}  // namespace

std::uint64_t table_size(std::uint64_t) { return 0; }
void init(const FrameRange& range) { frames.init(range); }
Frame* allocate(FrameOwner owner) { return frames.allocate(owner); }

bool share(Frame&) { return false; }

bool drop(Frame& frame) {
    SpinGuard guard(frames.lock);
    KERNEL_ASSERT(frame.count == 1);
    frame.count = 0;
    frames.free.give_back(frame);
    return true;
}

std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    SpinGuard guard(frames.lock);
    KERNEL_ASSERT(frame.count == 1);
    return &frame;  // no frame is ever shared
}

void settle() {}

std::uint32_t count(const Frame& frame) { return frames.count(frame); }
std::uint64_t frames_in_use() { return frames.in_use(); }
void describe(stampede::abi::AuditTable& table) { frames.describe(table); }

}  // namespace kernel::policy
