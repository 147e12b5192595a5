// Wrong: the parent's pages become read-only in its page table, but its hart is not told. As long
// as the old translations last the parent writes into frames that it shares.
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
    entry = entry.shared();  // the bug: no MappingChange
    **slot = entry;
    return {};
}

}  // namespace kernel
