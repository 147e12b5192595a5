// Wrong: fork marks every page, also those that were never writable. A write to text is then a
// copy-on-write fault, and succeeds.
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
    Pte both = entry.without(Pte::write).with(Pte::marker);  // the bug
    change.set(page, entry, both);
    **slot = both;
    return {};
}

}  // namespace kernel
