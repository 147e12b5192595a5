// Policy `per_hart`: each hart has free frames of its own, counts are atomic. Harts that do unrelated work write to no line in
// common, as the scalable commutativity rule has it (Clements et al., SOSP 2013): allocating, freeing and faulting on different
// harts commute, so they need not meet.
//
//   fresh frames   come 64 at a time, aligned to 64: their owners are one line, their counts four, their links eight, and all of
//                  them begin at the hart that is their home
//   a freed frame  goes on the list of the hart that frees it, for it is in that hart's cache. When 64 have come since it looked,
//                  those of other homes go home together: neighbours that belong to two harts would share lines for good
//   no frame left  here, and none fresh: half of another hart's list, 64 at most
//
// Out of memory is said only when there is no frame anywhere, and harts that look do not stop the others. Frames are pushed on
// lists under the list's lock, which counts them; a hart with frames in its hands, on the way from one list to another, says so:
//
//     looks   sum of pushes │ each list, under its lock: empty │ nobody has any in hand │ the same sum: all are empty now
//     moves     in hand ── takes them off ─────────── pushes them ── no more in hand
//
// A list found empty stays so until somebody pushes. Had frames been taken off before the look at their list, their mover was seen
// with them, or pushed them before and changed the sum, or pushed them before the first sum, on a list that was looked at later.
#include <array>
#include <atomic>

#include "kernel/base/spinlock.h"
#include "kernel/base/string.h"
#include "kernel/mm/allocation_failure.h"
#include "kernel/mm/stats.h"
#include "kernel/policy/fresh_frames.h"
#include "kernel/policy/linked_frames.h"
#include "kernel/policy/policy.h"
#include "kernel/policy/shared_count.h"

namespace kernel::policy {

constinit const char* const name = "per_hart";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xffff;
constinit const bool flushes_each_change = false;

namespace {

constexpr std::uint32_t batch = 64;      // frames: their owners are one line

struct alignas(64) HartFrames {
    Spinlock<Rank::frames> lock{"per_hart"};
    LinkedFrames free GUARDED_BY(lock);
    std::uint32_t unsorted GUARDED_BY(lock) = 0;   // freed here since homes were last looked at, and still on the list
    // 1: this hart has frames in its hands. Written by itself, to 1 under the lock of the list that it takes them off; read by
    // harts that look for the last frame. release and acquire: its pushes come before the 0, their next look behind it.
    std::atomic<std::uint32_t> in_hand = 0;
};
constinit std::array<HartFrames, arch::max_cpus> harts;
constinit FreshFrames fresh;

HartFrames& this_hart() { return harts[arch::cpu_id()]; }   // interrupts off

// Behind the links: of each batch the hart that took it, a byte. Written before any of its frames is given out.
std::uint8_t& home_of(const Frame& frame) {
    const FrameRange& range = frame_range();
    return reinterpret_cast<std::uint8_t*>(range.policy_table + range.frame_count * link_size)[index_of(frame) / batch];
}

// A fresh frame's count and owner hold anything.
Frame& free_from_now_on(Frame& frame) {
    set_count(frame, 0);
    set_owner(frame, FrameOwner::free);
    return frame;
}

// One frame of a fresh batch. The others come on the list under the same lock, so that whoever finds nothing fresh finds them.
Frame* take_fresh(HartFrames& own) REQUIRES(own.lock) {
    const FreshFrames::Batch taken = fresh.take(batch);
    if (taken.frames == 0) return nullptr;
    home_of(frame_at(taken.first)) = static_cast<std::uint8_t>(&own - harts.data());
    for (std::uint64_t i = taken.frames; i-- > 0;) own.free.push(free_from_now_on(frame_at(taken.first + i * page_size)));
    sample_frames_peak(1);          // here, so that no hart watches the others all the time
    return own.free.pop();
}

// Half of the list of `from`, which may be this hart's own by now; one is returned, the others come on this hart's.
Frame* take_half(HartFrames& own, HartFrames& from) {
    LinkedFrames taken;
    {
        SpinGuard guard(from.lock);
        if (from.free.empty()) return nullptr;
        own.in_hand.store(1, std::memory_order_relaxed);
        const std::uint32_t half = (from.free.length() + 1) / 2;
        while (taken.length() < half && taken.length() < batch) taken.push(*from.free.pop());
        from.unsorted -= taken.length() < from.unsorted ? taken.length() : from.unsorted;
    }
    Frame* frame = taken.pop();
    {
        SpinGuard guard(own.lock);
        while (Frame* other = taken.pop()) own.free.push(*other);
    }
    own.in_hand.store(0, std::memory_order_release);
    sample_frames_peak(1);
    return frame;
}

std::uint64_t pushes() {
    std::uint64_t sum = 0;
    for (HartFrames& hart : harts) {
        SpinGuard guard(hart.lock);
        sum += hart.free.pushed();
    }
    return sum;
}

bool any_in_hand() {
    for (HartFrames& hart : harts) {
        if (hart.in_hand.load(std::memory_order_acquire)) return true;
    }
    return false;
}

// From whoever has some, the next hart first; null: there is none.
Frame* take_from_others(HartFrames& own) {
    for (;;) {
        const std::uint64_t before = pushes();
        for (std::size_t i = 1; i <= harts.size(); ++i) {
            HartFrames& from = harts[(static_cast<std::size_t>(&own - harts.data()) + i) % harts.size()];
            if (Frame* frame = take_half(own, from)) return frame;
        }
        if (!any_in_hand() && pushes() == before) return nullptr;
        arch::spin_pause();
    }
}

Frame* take() {
    InterruptsOff off;
    HartFrames& own = this_hart();
    {
        SpinGuard guard(own.lock);
        if (own.unsorted) --own.unsorted;
        if (Frame* frame = own.free.pop()) return frame;
        if (Frame* frame = take_fresh(own)) return frame;
    }
    return take_from_others(own);
}

// Frames that were freed on this hart, which has them in its hands, to their homes' lists.
void send_home(HartFrames& own, LinkedFrames freed) {
    while (!freed.empty()) {
        LinkedFrames others;
        Frame* frame = freed.pop();
        const std::uint8_t home = home_of(*frame);
        SpinGuard guard(harts[home].lock);
        for (; frame; frame = freed.pop()) home_of(*frame) == home ? harts[home].free.push(*frame) : others.push(*frame);
        freed = others;
    }
    own.in_hand.store(0, std::memory_order_release);
}

void give_back(Frame& frame) {
    InterruptsOff off;
    HartFrames& own = this_hart();
    LinkedFrames freed;
    {
        SpinGuard guard(own.lock);
        own.free.push(frame);
        if (++own.unsorted < batch) return;
        own.unsorted = 0;
        own.in_hand.store(1, std::memory_order_relaxed);
        while (freed.length() < batch) freed.push(*own.free.pop());
    }
    send_home(own, freed);
}

}  // namespace

std::uint64_t table_size(std::uint64_t frame_count) { return frame_count * link_size + frame_count / batch + 1; }

void init(const FrameRange& range) {
    fresh.init(range);
    for (HartFrames& hart : harts) {
        SpinGuard guard(hart.lock);
        hart.free = {};
        hart.unsorted = 0;
    }
    for (Statistics& part : statistics.of_cpu) part.frames_in_use = 0;
}

Frame* allocate(FrameOwner owner) {
    if (allocation_fails()) return nullptr;
    Frame* frame = take();
    if (!frame) return nullptr;
    set_count(*frame, 1);
    set_owner(*frame, owner);
    add_to(&Statistics::frames_in_use, 1);
    return frame;
}

bool share(Frame& frame) { return add_reference(frame, count_limit); }

bool drop(Frame& frame) {
    if (!drop_reference(frame)) return false;
    set_owner(frame, FrameOwner::free);
    add_to(&Statistics::frames_in_use, ~std::uint64_t{0});
    give_back(frame);
    return true;
}

std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    if (is_only_reference(frame)) return &frame;
    Frame* copy = allocate(owner_of(frame));
    if (!copy) return std::unexpected(OutOfMemory{});
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

void settle() { sample_frames_peak(0); }

std::uint32_t count(const Frame& frame) { return count_of(frame); }
std::uint64_t frames_in_use() { return sum_of(&Statistics::frames_in_use); }

void describe(stampede::abi::AuditTable& table) NO_THREAD_SAFETY_ANALYSIS {   // addresses only
    const FrameRange& range = frame_range();
    table.count_arrays = 1;
    table.counts[0] = {arch::physical(&range.frames->count).value, sizeof(Frame::count), 0, sizeof(Frame)};
    table.free_lists = harts.size();
    for (unsigned cpu = 0; cpu < harts.size(); ++cpu) table.free[cpu].head_address = harts[cpu].free.head_address();
    table.free_links = arch::physical(range.policy_table).value;
    fresh.describe(table);
}

}  // namespace kernel::policy
