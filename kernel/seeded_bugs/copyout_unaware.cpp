// Wrong: copying to the user knows nothing of copy-on-write. What one process reads from a pipe
// appears in all that share the page.
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
    }  // the bug: the shared frame is as good as any
    if (access == Access::read && !entry->has(Pte::read)) {
        return failure(Error::bad_address);
    }
    return arch::direct_map(entry->frame()) + address.page_offset();
}

}  // namespace kernel
