// Policy `lock_free`: atomic counts, and one list of free frames that is pushed to and popped from without a lock.
//
// Popping reads the head A and the link behind it, B, and replaces A by B. Where only the value of the head is compared, that
// goes wrong when A comes back in between (the ABA problem; IBM System/370 Principles of Operation, appendix A):
//
//     CPU 0   reads head A, link B                                             head is A: makes it B. B is in use!
//     CPU 1                         pops A, pops B, pushes A: head A, link C
//
// Against that one takes a tag beside the head, which wants a double-width word, or a store-conditional that means what the
// specification says: it fails if the head was stored to since the load-reserved, were it the same value (unprivileged
// specification, "Load-Reserved/Store-Conditional Instructions"). This policy takes the latter and relies on it: on a machine
// whose store-conditional compares values, as translators' do, it loses frames.
//
// The links stand in a table of the policy's own. In the free frames they would be read, by a CPU that comes too late, where a
// program writes already.
#include "kernel/arch/arch.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/string.h"
#include "kernel/mm/allocation_failure.h"
#include "kernel/mm/stats.h"
#include "kernel/policy/fresh_frames.h"
#include "kernel/policy/linked_frames.h"
#include "kernel/policy/policy.h"
#include "kernel/policy/shared_count.h"

namespace kernel::policy {

constinit const char* const name = "lock_free";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xffff;
constinit const bool flushes_each_change = false;

namespace {

struct alignas(64) Head {
    std::uint64_t first = 0;          // physical address of the first free frame, 0: none. By store-conditional only
};
constinit Head head;
constinit FreshFrames fresh;

std::uint64_t& in_use() { return statistics.common.frames_in_use; }

// What another CPU does in the middle makes the store-conditional fail; an interrupt could bring one of another process's.
void push(Frame& frame) {
    InterruptsOff off;
    std::uint64_t first;
    do {
        first = arch::load_reserved(&head.first);
        arch::relaxed_store(link_of(frame), first);
    } while (!arch::store_conditional(&head.first, address_of(frame).value));
}

Frame* pop() {
    InterruptsOff off;
    std::uint64_t first, second;
    do {
        first = arch::load_reserved(&head.first);
        if (!first) return nullptr;
        second = arch::relaxed_load(link_of(frame_at({first})));   // anything, if the frame is taken by now
    } while (!arch::store_conditional(&head.first, second));
    return &frame_at({first});
}

// The second look at the list: nothing is fresh any more and never will be, so an empty list means no frame.
Frame* take() {
    if (Frame* frame = pop()) return frame;
    if (const FreshFrames::Batch taken = fresh.take(1); taken.frames) return &frame_at(taken.first);
    return pop();
}

}  // namespace

std::uint64_t table_size(std::uint64_t frame_count) { return frame_count * link_size; }

void init(const FrameRange& range) {
    head = {};
    fresh.init(range);
    in_use() = 0;
}

Frame* allocate(FrameOwner owner) {
    if (allocation_fails()) return nullptr;
    Frame* frame = take();
    if (!frame) return nullptr;
    set_count(*frame, 1);
    set_owner(*frame, owner);
    raise_to(statistics.common.frames_peak, __atomic_add_fetch(&in_use(), 1, __ATOMIC_RELAXED));
    return frame;
}

bool share(Frame& frame) { return add_reference(frame, count_limit); }

bool drop(Frame& frame) {
    if (!drop_reference(frame)) return false;
    set_owner(frame, FrameOwner::free);
    __atomic_sub_fetch(&in_use(), 1, __ATOMIC_RELAXED);   // before anybody can have it: never more than there are
    push(frame);
    return true;
}

std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    if (is_only_reference(frame)) return &frame;
    Frame* copy = allocate(owner_of(frame));
    if (!copy) return std::unexpected(OutOfMemory{});
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

void settle() {}   // nothing is ever deferred

std::uint32_t count(const Frame& frame) { return count_of(frame); }
std::uint64_t frames_in_use() { return arch::relaxed_load(&in_use()); }

void describe(stampede::abi::AuditTable& table) {
    const FrameRange& range = frame_range();
    table.count_arrays = 1;
    table.counts[0] = {arch::physical(&range.frames->count).value, sizeof(Frame::count), 0, sizeof(Frame)};
    fresh.describe(table);
    table.free_lists = 1;
    table.free[0].head_address = arch::physical(&head.first).value;
    table.free_links = arch::physical(range.policy_table).value;
}

}  // namespace kernel::policy
