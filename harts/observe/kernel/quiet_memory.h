// What a kernel's memory tells of it while all its processes sleep; the parts of a description that
// are inferred from page tables and free lists. Each says in `how` what it was inferred from.
#pragma once
#include "harts/observe/kernel/kernel_description.h"

namespace stampede {

// A pointer to PTEs whose table maps the kernel's first page to itself. Needs processes.
[[nodiscard]] Inferred<PhysAddr> find_kernel_page_table(const DataTypes& types, const Ram& ram,
                                                        const KernelDescription& kernel);

// Where processes' page tables map their trap frames, for the kernel alone. Needs processes.
[[nodiscard]] Inferred<UserLayout> find_user_layout(const Ram& ram,
                                                    const KernelDescription& kernel);

// From the lowest frame that is free or mapped (what lies before it the kernel never gave to its
// allocator) to the end of what its page table maps. Needs processes, free lists, the kernel's page
// table and the user layout, as far as they are found.
[[nodiscard]] Inferred<FrameRange> find_frames(const Ram& ram, const KernelDescription& kernel,
                                               const DescriptionFile& said);

// Frames that processes map in their part of the address space, leaves without U (guard pages) too.
// Needs frames.
[[nodiscard]] std::vector<MappedFrame> mapped_frames(const Ram& ram,
                                                     const KernelDescription& kernel);

// What nearly all page tables, kernel stacks and trap frames have for a count. Needs counts.
[[nodiscard]] Inferred<i64> find_kernel_count(const Ram& ram, const KernelDescription& kernel);

}  // namespace stampede
