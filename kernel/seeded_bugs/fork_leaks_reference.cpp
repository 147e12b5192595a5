// Wrong: the reference for the child is taken before there are tables to map the page in, and not
// given back when there is no memory for them.
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"
#include "kernel/policy/policy.h"

namespace kernel {

Result<void> AddressSpace::fork_page(VirtAddr page, Pte& entry, AddressSpace& child,
                                     MappingChange& change) {
    if (!policy::share(frame_at(entry.frame()))) {
        return failure(Error::out_of_memory);
    }
    Result<Pte*> slot = child.find_or_make(page);
    if (!slot) {
        return failure(slot.error());  // the bug
    }
    if (entry.has(Pte::write)) {
        change.set(page, entry, entry.shared());
    }
    **slot = entry.shared();
    return {};
}

}  // namespace kernel
