// Policy `kmem_u8`: counts of 8 bits in an array of their own behind the kernel's image, 8 frames of 128 MiB. One spinlock
// guards them and the free frames, and a page is made unique, its copy included, under that lock. At 255 sharers fork
// copies.
#include "kernel/arch/arch.h"
#include "kernel/base/print.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/string.h"
#include "kernel/policy/free/free_frames.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

constinit const char* const name = "kmem_u8";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xff;
constinit const bool flushes_each_change = false;

namespace {

using Count = std::uint8_t;

constinit Spinlock<Rank::frames> lock{"kmem_u8"};
constinit FreeFrames free_frames GUARDED_BY(lock);

Count& count_of(const Frame& frame) REQUIRES(lock) {
    return reinterpret_cast<Count*>(frame_range().policy_table)[index_of(frame)];
}

Frame* allocate_locked(FrameOwner owner) REQUIRES(lock) {
    Frame* frame = free_frames.take_uncounted(owner);
    if (frame) count_of(*frame) = 1;
    return frame;
}

}  // namespace

std::uint64_t table_size(std::uint64_t frame_count) { return frame_count * sizeof(Count); }

void init(const FrameRange& range) {
    SpinGuard guard(lock);
    free_frames.init(range);
}

Frame* allocate(FrameOwner owner) {
    SpinGuard guard(lock);
    return allocate_locked(owner);
}

bool share(Frame& frame) {
    SpinGuard guard(lock);
    Count& count = count_of(frame);
    KERNEL_ASSERT(count > 0);
    if (count == count_limit) return false;
    ++count;
    return true;
}

bool drop(Frame& frame) {
    SpinGuard guard(lock);
    Count& count = count_of(frame);
    KERNEL_ASSERT(count > 0);
    if (--count > 0) return false;
    free_frames.give_back(frame);
    return true;
}

std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    SpinGuard guard(lock);
    KERNEL_ASSERT(count_of(frame) > 0);
    if (count_of(frame) == 1) return &frame;
    Frame* copy = allocate_locked(owner_of(frame));
    if (!copy) return std::unexpected(OutOfMemory{});
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

void settle() {}   // nothing is ever deferred

std::uint32_t count(const Frame& frame) {
    SpinGuard guard(lock);
    return count_of(frame);
}

std::uint64_t frames_in_use() {
    SpinGuard guard(lock);
    return free_frames.in_use();
}

void describe(stampede::abi::AuditTable& table) {
    SpinGuard guard(lock);
    table.count_arrays = 1;
    table.counts[0] = {arch::physical(frame_range().policy_table).value, sizeof(Count), 0, sizeof(Count)};
    free_frames.describe(table);
}

}  // namespace kernel::policy
