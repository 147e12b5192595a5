// Policy `kmem_u8`: counts of 8 bits in an array of their own behind the kernel's image, 8 frames
// of 128 MiB. One spinlock guards them and the free frames, and a page is made unique, its copy
// included, under that lock (kmem_u8_make_unique.cpp). At 255 sharers fork copies.
#include "kernel/policy/kmem_u8.h"

#include "kernel/arch/arch.h"
#include "kernel/base/print.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

constinit const char* const name = "kmem_u8";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xff;
constinit const bool flushes_each_change = false;

constinit ByteCountedFrames kmem_u8_frames;

using Count = ByteCountedFrames::Count;

std::uint64_t table_size(std::uint64_t frame_count) { return frame_count * sizeof(Count); }

void init(const FrameRange& range) {
    SpinGuard guard(kmem_u8_frames.lock);
    kmem_u8_frames.free.init(range);
}

Frame* allocate(FrameOwner owner) {
    SpinGuard guard(kmem_u8_frames.lock);
    return kmem_u8_frames.allocate_locked(owner);
}

bool share(Frame& frame) {
    SpinGuard guard(kmem_u8_frames.lock);
    Count& count = kmem_u8_frames.count_of(frame);
    KERNEL_ASSERT(count > 0);
    if (count == count_limit) {
        return false;
    }
    ++count;
    return true;
}

bool drop(Frame& frame) {
    SpinGuard guard(kmem_u8_frames.lock);
    Count& count = kmem_u8_frames.count_of(frame);
    KERNEL_ASSERT(count > 0);
    if (--count > 0) {
        return false;
    }
    kmem_u8_frames.free.give_back(frame);
    return true;
}

void settle() {}  // nothing is ever deferred

std::uint32_t count(const Frame& frame) {
    SpinGuard guard(kmem_u8_frames.lock);
    return kmem_u8_frames.count_of(frame);
}

std::uint64_t frames_in_use() {
    SpinGuard guard(kmem_u8_frames.lock);
    return kmem_u8_frames.free.in_use();
}

void describe(stampede::abi::AuditTable& table) {
    SpinGuard guard(kmem_u8_frames.lock);
    table.count_arrays = 1;
    table.counts[0] = {arch::physical(frame_range().policy_table).value, sizeof(Count), 0,
                       sizeof(Count)};
    kmem_u8_frames.free.describe(table);
}

}  // namespace kernel::policy
