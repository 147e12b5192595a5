// Page faults of user code: which are copy-on-write.
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"

namespace kernel {

namespace {

constexpr std::uint64_t permission(Access access) {
    switch (access) {
    case Access::read: return Pte::read;
    case Access::write: return Pte::write;
    case Access::execute: return Pte::execute;
    }
    return Pte::valid;
}

}  // namespace

Result<void> AddressSpace::handle_fault(VirtAddr address, Access access) {
    VirtAddr page = address.page_down();
    Pte* entry = find(page);
    if (!entry || !entry->is_user_leaf()) return failure(Error::bad_address);
    if (entry->has(permission(access))) {
        // The entry allows it: this CPU went by an older translation. Forget it and try again.
        MappingChange change(asid_tag_);
        change.set(page, *entry, *entry);
        return {};
    }
    if (access == Access::write && entry->has(Pte::marker)) return make_unique(page, *entry);
    return failure(Error::bad_address);
}

}  // namespace kernel
