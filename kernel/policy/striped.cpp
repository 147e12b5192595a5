// Policy `striped`: frames are dealt into 16 groups, 64 neighbours at a time. A group's lock guards
// its frames' counts and its list of free frames, so each decision about a frame is one critical
// section as it is with one lock for all, and harts meet only over frames of one group.
//
// A hart looks for a free frame in the group that it found the last one in, then in the others,
// then moves the frontier on by 64 frames, which come on the list of the group that they belong to.
// It says that there is none when all lists were found empty and nobody pushed on any meanwhile.
#include <array>

#include "kernel/base/print.h"
#include "kernel/base/relaxed.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/string.h"
#include "kernel/frames/allocation_failure.h"
#include "kernel/frames/stats.h"
#include "kernel/policy/free/fresh_frames.h"
#include "kernel/policy/free/linked_frames.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

constinit const char* const name = "striped";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xffff;
constinit const bool flushes_each_change = false;

namespace {

constexpr unsigned group_count = 16;
constexpr std::uint64_t neighbours = 64;  // their owners are one line

struct alignas(64) Group {
    Spinlock<Rank::frame_counts> lock{"striped, a group"};  // inside that of the frontier
    LinkedFrames free GUARDED_BY(lock);
};
constinit std::array<Group, group_count> groups;

constinit Spinlock<Rank::frames> frontier_lock{"striped, frontier"};
constinit FreshFrames fresh GUARDED_BY(frontier_lock);

// Where each hart found its last frame; a hint that any value will do for, so being moved to
// another hart does no harm.
struct alignas(64) Place {
    Relaxed<std::uint32_t> group;
};
constinit std::array<Place, arch::max_cpus> last_places;

Group& group_of(const Frame& frame) { return groups[index_of(frame) / neighbours % group_count]; }

Frame* take_locked(Group& group) REQUIRES(group.lock) {
    Frame* frame = group.free.pop();
    if (frame) {
        frame->count = 1;
    }
    return frame;
}

Frame* take_from_groups() {
    Relaxed<std::uint32_t>& last = last_places[arch::cpu_id()].group;
    const std::uint32_t begin = last.load();
    for (std::uint32_t i = 0; i < group_count; ++i) {
        Group& group = groups[(begin + i) % group_count];
        SpinGuard guard(group.lock);
        if (Frame* frame = take_locked(group)) {
            if (i) {
                last.store((begin + i) % group_count);
            }
            return frame;
        }
    }
    return nullptr;
}

// Both locks at once: the neighbours are never out of sight, whoever looks for a last frame.
Frame* take_fresh() {
    SpinGuard frontier(frontier_lock);
    const FreshFrames::Batch taken = fresh.take(neighbours);
    if (taken.frames == 0) {
        return nullptr;
    }
    // all lists were empty: until the next time, at most these more are in use
    sample_frames_peak(1);
    Group& group = group_of(frame_at(taken.first));
    SpinGuard guard(group.lock);
    for (std::uint64_t i = taken.frames; i-- > 0;) {
        Frame& frame = frame_at(taken.first + i * page_size);
        frame.count = 0;  // what stood there may be anything
        set_owner(frame, FrameOwner::free);
        group.free.push(frame);
    }
    return take_locked(group);
}

std::uint64_t pushes() {
    std::uint64_t sum = 0;
    for (Group& group : groups) {
        SpinGuard guard(group.lock);
        sum += group.free.pushed();
    }
    return sum;
}

Frame* take() {
    if (Frame* frame = take_from_groups()) {
        return frame;
    }
    if (Frame* frame = take_fresh()) {
        return frame;
    }
    for (;;) {
        const std::uint64_t before = pushes();
        if (Frame* frame = take_from_groups()) {
            return frame;
        }
        if (pushes() == before) {
            return nullptr;
        }
    }
}

}  // namespace

std::uint64_t table_size(std::uint64_t frame_count) { return frame_count * link_size; }

void init(const FrameRange& range) {
    {
        SpinGuard guard(frontier_lock);
        fresh.init(range);
    }
    for (Group& group : groups) {
        SpinGuard guard(group.lock);
        group.free = {};
    }
    for (std::uint32_t cpu = 0; cpu < last_places.size(); ++cpu) {
        last_places[cpu].group.store(cpu % group_count);
    }
    for (Statistics& part : statistics.of_cpu) {
        part.frames_in_use = 0;
    }
}

Frame* allocate(FrameOwner owner) {
    if (allocation_fails()) {
        return nullptr;
    }
    Frame* frame = take();
    if (!frame) {
        return nullptr;
    }
    set_owner(*frame, owner);
    add_to(&Statistics::frames_in_use, 1);
    return frame;
}

bool share(Frame& frame) {
    SpinGuard guard(group_of(frame).lock);
    KERNEL_ASSERT(frame.count > 0);
    if (frame.count == count_limit) {
        return false;
    }
    ++frame.count;
    return true;
}

bool drop(Frame& frame) {
    Group& group = group_of(frame);
    SpinGuard guard(group.lock);
    KERNEL_ASSERT(frame.count > 0);
    if (--frame.count > 0) {
        return false;
    }
    set_owner(frame, FrameOwner::free);
    add_to(&Statistics::frames_in_use, ~std::uint64_t{0});
    group.free.push(frame);
    return true;
}

// The copy is allocated outside the lock, for it may be of any group: meanwhile the others may drop
// theirs, which costs a copy too many and no more.
std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    {
        SpinGuard guard(group_of(frame).lock);
        KERNEL_ASSERT(frame.count > 0);
        if (frame.count == 1) {
            return &frame;
        }
    }
    Frame* copy = allocate(owner_of(frame));
    if (!copy) {
        return std::unexpected(OutOfMemory{});
    }
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

void settle() { sample_frames_peak(0); }

std::uint32_t count(const Frame& frame) {
    SpinGuard guard(group_of(frame).lock);
    return frame.count;
}

std::uint64_t frames_in_use() { return sum_of(&Statistics::frames_in_use); }

void describe(stampede::abi::AuditTable& table) NO_THREAD_SAFETY_ANALYSIS {  // addresses only
    const FrameRange& range = frame_range();
    table.count_arrays = 1;
    table.counts[0] = {arch::physical(&range.frames->count).value, sizeof(Frame::count), 0,
                       sizeof(Frame)};
    table.free_lists = groups.size();
    for (unsigned i = 0; i < groups.size(); ++i) {
        table.free[i].head_address = groups[i].free.head_address();
    }
    table.free_links = arch::physical(range.policy_table).value;
    fresh.describe(table);
}

}  // namespace kernel::policy
