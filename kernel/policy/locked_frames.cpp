#include "kernel/policy/locked_frames.h"

#include "kernel/arch/arch.h"

namespace kernel::policy {

void LockedFrames::init(const FrameRange& range) {
    SpinGuard guard(lock);
    free.init(range);
}

Frame* LockedFrames::allocate(FrameOwner owner) {
    SpinGuard guard(lock);
    return free.take(owner);
}

std::uint32_t LockedFrames::count(const Frame& frame) {
    SpinGuard guard(lock);
    return frame.count;
}

std::uint64_t LockedFrames::in_use() {
    SpinGuard guard(lock);
    return free.in_use();
}

void LockedFrames::describe(stampede::abi::AuditTable& table) {
    SpinGuard guard(lock);
    const FrameRange& range = frame_range();
    table.count_arrays = 1;
    table.counts[0] = {arch::physical(&range.frames->count).value, sizeof(Frame::count), 0,
                       sizeof(Frame)};
    free.describe(table);
}

}  // namespace kernel::policy
