// Wrong: an address for which there is not even a page table is looked up, and the null that comes
// of it followed.
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"

namespace kernel {

Result<void> AddressSpace::handle_fault(VirtAddr address, Access access) {
    VirtAddr page = address.page_down();
    Pte* entry = find(page);
    if (!entry->is_user_leaf()) {
        return failure(Error::bad_address);
    }
    if (entry->has(permission(access))) {
        MappingChange change(asid_tag_);
        change.set(page, *entry, *entry);
        return {};
    }
    if (access == Access::write && entry->has(Pte::marker)) {
        return make_unique(page, *entry);
    }
    return failure(Error::bad_address);
}

}  // namespace kernel
