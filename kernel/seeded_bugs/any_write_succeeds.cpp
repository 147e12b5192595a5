// Wrong: there might as well be no marker. Any write to a page that cannot be written makes it
// unique and writable, text and constants too.
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
    if (access == Access::write) {
        return make_unique(page, *entry);  // the bug
    }
    return failure(Error::bad_address);
}

}  // namespace kernel
