// Whose each frame of a kernel is, where it does not say so itself.
#pragma once
#include <vector>

#include "harts/observe/audit/view.h"
#include "harts/observe/kernel/kernel_description.h"

namespace stampede {

// An abi::FrameOwner for each frame of the view: page tables of processes and of the kernel, kernel
// stacks, trap frames, what processes map (user), the array of counts, and `other` for what is in
// no free list and any word in the kernel's image, in a sleeping process's kernel stack or in such
// a frame points to exactly. The rest is nobody's (`free`): free, or lost. Stale pointers hide some
// that are lost; none is invented.
[[nodiscard]] std::vector<u8> inferred_owners(const AuditView& view,
                                              const KernelDescription& kernel);

}  // namespace stampede
