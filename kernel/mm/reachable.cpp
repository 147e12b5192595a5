// Where the kernel finds a byte of a user space, on the user's own terms.
#include "kernel/arch/arch.h"
#include "kernel/mm/space.h"

namespace kernel {

// The byte at `address` in the direct map, when the user itself may access it so; what follows in
// the page is reachable too. A page shared by copy-on-write is made unique before it is written, as
// the user's own write would.
Result<std::byte*> AddressSpace::reachable(VirtAddr address, Access access) {
    Pte* entry = find(address.page_down());
    if (!entry || !entry->is_user_leaf()) {
        return failure(Error::bad_address);
    }
    if (access == Access::write && !entry->has(Pte::write)) {
        if (!entry->has(Pte::marker)) {
            return failure(Error::bad_address);
        }
        Result<void> unique = make_unique(address.page_down(), *entry);
        if (!unique) {
            return failure(unique.error());
        }
    }
    if (access == Access::read && !entry->has(Pte::read)) {
        return failure(Error::bad_address);
    }
    return arch::direct_map(entry->frame()) + address.page_offset();
}

}  // namespace kernel
