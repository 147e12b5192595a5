// Wrong: the marker is bit 5, G, and stays. (Bit 8 is set beside it, where the rest of the kernel
// looks.) A hart with ASIDs then takes the translation for every process's, and no flush by ASID
// forgets it.
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"
#include "kernel/policy/policy.h"

namespace kernel {

Result<void> AddressSpace::fork_page(VirtAddr page, Pte& entry, AddressSpace& child,
                                     MappingChange& change) {
    Result<Pte*> slot = child.find_or_make(page);
    if (!slot) {
        return failure(slot.error());
    }
    if (!policy::share(frame_at(entry.frame()))) {
        return failure(Error::out_of_memory);
    }
    Pte both = entry.has(Pte::write) ? entry.shared().with(Pte::global) : entry;  // the bug
    change.set(page, entry, both);
    **slot = both;
    return {};
}

}  // namespace kernel
