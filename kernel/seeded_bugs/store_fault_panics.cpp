// Wrong: a write fault is taken for copy-on-write by definition. A program that writes to its own
// text ends the kernel.
#include "kernel/base/print.h"
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"

namespace kernel {

Result<void> AddressSpace::handle_fault(VirtAddr address, Access access) {
    VirtAddr page = address.page_down();
    Pte* entry = find(page);
    if (!entry || !entry->is_user_leaf()) {
        return failure(Error::bad_address);
    }
    if (entry->has(permission(access))) {
        MappingChange change(asid_tag_);
        change.set(page, *entry, *entry);
        return {};
    }
    if (access != Access::write) {
        return failure(Error::bad_address);
    }
    KERNEL_ASSERT(entry->has(Pte::marker));  // the bug: never on what a user does
    return make_unique(page, *entry);
}

}  // namespace kernel
