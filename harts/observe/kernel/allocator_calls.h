// Where a kernel that tells nothing of itself gives and takes frames: at the calls by which its
// allocator releases its lock. There, and nowhere else, the free list is as this hart has left it.
#pragma once
#include <vector>

#include "harts/observe/kernel/kernel_description.h"

namespace stampede {

struct AllocatorCalls {
    std::vector<u64> releases;  // instructions in either function that lead to release(), sorted
    u64 allocate_begin = 0, allocate_end = 0;  // those of them between are who allocates
    u64 lock = 0;                              // of the free list: what release() is given there
    u64 head = 0;                              // of that list
    u64 link_offset = 0;                       // bytes
};

// One list under one lock, whose functions call `release`. Not found: what is otherwise.
[[nodiscard]] Inferred<AllocatorCalls> find_allocator_calls(const ElfImage& image,
                                                            const KernelDescription& kernel);

// The frames on that list, as it is now; ends where it leads out of RAM or in a circle.
[[nodiscard]] std::vector<PhysAddr> frames_on(const AllocatorCalls& calls, const Ram& ram);

}  // namespace stampede
