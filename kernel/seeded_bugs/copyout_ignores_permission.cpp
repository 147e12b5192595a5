// Wrong: copying to the user does not ask whether the user could write there. read() changes text
// and constants, for everybody who shares them.
#include "kernel/arch/arch.h"
#include "kernel/mm/space.h"

namespace kernel {

Result<std::byte*> AddressSpace::reachable(VirtAddr address, Access access) {
    Pte* entry = find(address.page_down());
    if (!entry || !entry->is_user_leaf()) {
        return failure(Error::bad_address);
    }
    // the bug: nobody asks for Pte::write
    if (access == Access::write && entry->has(Pte::marker)) {
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
