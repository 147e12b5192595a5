#include "kernel/policy/free/free_frames.h"

#include "kernel/arch/arch.h"
#include "kernel/frames/allocation_failure.h"
#include "kernel/frames/stats.h"

namespace kernel::policy {

void FreeFrames::init(const FrameRange& range) {
    head_ = 0;
    frontier_ = range.first.value;
    end_ = range.first.value + range.frame_count * page_size;
    in_use_ = 0;
}

Frame* FreeFrames::take(FrameOwner owner) {
    Frame* frame = take_uncounted(owner);
    if (frame) {
        frame->count = 1;
    }
    return frame;
}

Frame* FreeFrames::take_uncounted(FrameOwner owner) {
    if (allocation_fails()) {
        return nullptr;
    }
    Frame* frame;
    if (head_) {
        frame = &frame_at({head_});
        head_ = reinterpret_cast<Link*>(bytes_of(*frame))->next.value;
    } else if (frontier_ < end_) {
        frame = &frame_at({frontier_});
        frontier_ += page_size;
    } else {
        return nullptr;
    }
    set_owner(*frame, owner);
    statistics.common.frames_in_use = ++in_use_;
    if (in_use_ > statistics.common.frames_peak) {
        statistics.common.frames_peak = in_use_;
    }
    return frame;
}

void FreeFrames::give_back(Frame& frame) {
    set_owner(frame, FrameOwner::free);
    auto* link = reinterpret_cast<Link*>(bytes_of(frame));
    link->next = {head_};
    head_ = address_of(frame).value;
    statistics.common.frames_in_use = --in_use_;
}

void FreeFrames::describe(stampede::abi::AuditTable& table) const {
    table.frontier_address = arch::physical(&frontier_).value;
    table.free_lists = 1;
    table.free[0].head_address = arch::physical(&head_).value;
    table.free_link_offset = 0;
}

}  // namespace kernel::policy
