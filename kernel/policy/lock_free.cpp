// Policy `lock_free`: atomic counts, and one list of free frames that needs no lock because
// load-reserved and store-conditional are exact (reserved_list.h).
#include "kernel/base/string.h"
#include "kernel/frames/allocation_failure.h"
#include "kernel/frames/stats.h"
#include "kernel/policy/free/fresh_frames.h"
#include "kernel/policy/free/linked_frames.h"
#include "kernel/policy/free/reserved_list.h"
#include "kernel/policy/policy.h"
#include "kernel/policy/shared_count.h"

namespace kernel::policy {

constinit const char* const name = "lock_free";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xffff;
constinit const bool flushes_each_change = false;

namespace {

constinit ReservedList free_frames;
constinit FreshFrames fresh;

std::uint64_t& in_use() {
    return statistics.common.frames_in_use;
}  // changed by every CPU, by atomic instructions

// The second look at the list: nothing is fresh any more and never will be, so an empty list means
// no frame.
Frame* take() {
    if (Frame* frame = free_frames.pop()) {
        return frame;
    }
    if (const FreshFrames::Batch taken = fresh.take(1); taken.frames) {
        return &frame_at(taken.first);
    }
    return free_frames.pop();
}

}  // namespace

std::uint64_t table_size(std::uint64_t frame_count) { return frame_count * link_size; }

void init(const FrameRange& range) {
    free_frames = {};
    fresh.init(range);
    in_use() = 0;
}

Frame* allocate(FrameOwner owner) {
    if (allocation_fails()) {
        return nullptr;
    }
    Frame* frame = take();
    if (!frame) {
        return nullptr;
    }
    set_count(*frame, 1);
    set_owner(*frame, owner);
    raise_to(statistics.common.frames_peak, __atomic_add_fetch(&in_use(), 1, __ATOMIC_RELAXED));
    return frame;
}

bool share(Frame& frame) { return add_reference(frame, count_limit); }

bool drop(Frame& frame) {
    if (!drop_reference(frame)) {
        return false;
    }
    set_owner(frame, FrameOwner::free);
    // before anybody can have it: never more than there are
    __atomic_sub_fetch(&in_use(), 1, __ATOMIC_RELAXED);
    free_frames.push(frame);
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

void settle() {}  // nothing is ever deferred

std::uint32_t count(const Frame& frame) { return count_of(frame); }
std::uint64_t frames_in_use() { return arch::relaxed_load(&in_use()); }

void describe(stampede::abi::AuditTable& table) {
    const FrameRange& range = frame_range();
    table.count_arrays = 1;
    table.counts[0] = {arch::physical(&range.frames->count).value, sizeof(Frame::count), 0,
                       sizeof(Frame)};
    table.free_lists = 1;
    table.free[0].head_address = free_frames.head_address();
    table.free_links = arch::physical(range.policy_table).value;
    fresh.describe(table);
}

}  // namespace kernel::policy
