// Wrong: without memory for a copy, copying to the user writes into the shared frame.
#include "kernel/arch/arch.h"
#include "kernel/mm/space.h"

namespace kernel {

Result<std::byte*> AddressSpace::reachable(VirtAddr address, Access access) {
    Pte* entry = find(address.page_down());
    if (!entry || !entry->is_user_leaf()) {
        return failure(Error::bad_address);
    }
    if (access == Access::write && !entry->has(Pte::write)) {
        if (!entry->has(Pte::marker)) {
            return failure(Error::bad_address);
        }
        static_cast<void>(make_unique(address.page_down(), *entry));  // the bug
    }
    if (access == Access::read && !entry->has(Pte::read)) {
        return failure(Error::bad_address);
    }
    return arch::direct_map(entry->frame()) + address.page_offset();
}

}  // namespace kernel
