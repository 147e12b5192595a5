// Which bit of a PTE says: read-only because shared, copy on write.
#pragma once
#include "harts/observe/kernel/kernel_description.h"

namespace stampede {

// Bits of RSW and G that leaves of shared frames have, and none that is writable. All processes
// asleep. Needs frames.
[[nodiscard]] Inferred<u64> find_marker(const Ram& ram, const KernelDescription& kernel,
                                        const DescriptionFile& said);

}  // namespace stampede
