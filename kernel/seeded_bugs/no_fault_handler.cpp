// Wrong: fork shares pages, but a write to a shared page is no fault that anybody knows of. The
// first program that forks, init, is killed by its next store.
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
        // The entry allows it: this CPU went by an older translation. Forget it and try again.
        MappingChange change(asid_tag_);
        change.set(page, *entry, *entry);
        return {};
    }
    return failure(Error::bad_address);  // the bug
}

}  // namespace kernel
