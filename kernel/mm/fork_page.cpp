// What fork makes of one page. A page that may be written becomes read-only and marked in parent
// and child, who share its frame; one that may not is shared as it is. Where the policy gives no
// further reference the child gets its own copy.
#include "kernel/base/string.h"
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"
#include "kernel/policy/policy.h"

namespace kernel {

Result<void> AddressSpace::fork_page(VirtAddr page, Pte& entry, AddressSpace& child,
                                     MappingChange& change) {
    // The child's tables first: when there is no memory for them, no reference has been taken yet.
    Result<Pte*> slot = child.find_or_make(page);
    if (!slot) {
        return failure(slot.error());
    }

    Frame& frame = frame_at(entry.frame());
    if (policy::share(frame)) {
        if (entry.has(Pte::write)) {
            change.set(page, entry, entry.shared());
        }
        // the child has never run: no CPU knows its pages
        **slot = entry.shared();
        return {};
    }
    Frame* copy = policy::allocate(FrameOwner::user);
    if (!copy) {
        return failure(Error::out_of_memory);
    }
    copy_page(bytes_of(*copy), bytes_of(frame));
    **slot = entry.unshared().moved_to(address_of(*copy));
    return {};
}

}  // namespace kernel
