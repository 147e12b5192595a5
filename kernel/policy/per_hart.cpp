// Policy `per_hart`: atomic counts, and free frames of each hart's own that move between harts 64
// at a time (hart_lists.h).
#include "kernel/base/string.h"
#include "kernel/frames/allocation_failure.h"
#include "kernel/frames/stats.h"
#include "kernel/policy/free/hart_lists.h"
#include "kernel/policy/policy.h"
#include "kernel/policy/shared_count.h"

namespace kernel::policy {

constinit const char* const name = "per_hart";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xffff;
constinit const bool flushes_each_change = false;

namespace {

constinit HartLists free_frames;

}  // namespace

std::uint64_t table_size(std::uint64_t frame_count) { return HartLists::table_size(frame_count); }

void init(const FrameRange& range) {
    free_frames.init(range);
    for (Statistics& part : statistics.of_cpu) {
        part.frames_in_use = 0;
    }
}

Frame* allocate(FrameOwner owner) {
    if (allocation_fails()) {
        return nullptr;
    }
    Frame* frame = free_frames.take();
    if (!frame) {
        return nullptr;
    }
    set_count(*frame, 1);
    set_owner(*frame, owner);
    add_to(&Statistics::frames_in_use, 1);
    return frame;
}

bool share(Frame& frame) { return add_reference(frame, count_limit); }

bool drop(Frame& frame) {
    if (!drop_reference(frame)) {
        return false;
    }
    set_owner(frame, FrameOwner::free);
    add_to(&Statistics::frames_in_use, ~std::uint64_t{0});
    free_frames.give_back(frame);
    return true;
}

std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    if (is_only_reference(frame)) {
        return &frame;
    }
    Frame* copy = allocate(owner_of(frame));
    if (!copy) {
        return std::unexpected(OutOfMemory{});
    }
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

void settle() { sample_frames_peak(0); }

std::uint32_t count(const Frame& frame) { return count_of(frame); }
std::uint64_t frames_in_use() { return sum_of(&Statistics::frames_in_use); }

void describe(stampede::abi::AuditTable& table) {
    table.count_arrays = 1;
    table.counts[0] = {arch::physical(&frame_range().frames->count).value, sizeof(Frame::count), 0,
                       sizeof(Frame)};
    free_frames.describe(table);
}

}  // namespace kernel::policy
