// Wrong: the child's page is marked and read-only, the parent's stays as it was. What the parent
// writes, the child sees.
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"
#include "kernel/policy/policy.h"

namespace kernel {

Result<void> AddressSpace::fork_page(VirtAddr page, Pte& entry, AddressSpace& child,
                                     MappingChange&) {
    Result<Pte*> slot = child.find_or_make(page);
    if (!slot) {
        return failure(slot.error());
    }
    if (!policy::share(frame_at(entry.frame()))) {
        return failure(Error::out_of_memory);
    }
    **slot = entry.shared();  // the bug: and nothing is done to `entry`
    return {};
}

}  // namespace kernel
