// Page faults of user code, and the one path on which a shared page becomes writable (copy_out takes it too).
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"
#include "kernel/mm/stats.h"
#include "kernel/policy/policy.h"

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

// `entry` is marked. Afterwards the page is writable and its frame is this space's alone; the old frame's reference
// goes only when the new translation is the only one left. On error nothing has changed.
Result<void> AddressSpace::make_unique(VirtAddr page, Pte& entry) {
    Frame& old = frame_at(entry.frame());
    auto unique = policy::make_unique(old);
    if (!unique) return failure(Error::out_of_memory);

    bool taken_over = *unique == &old;
    Pte writable = entry.without(Pte::marker).with(Pte::write).moved_to(address_of(**unique));
    MappingChange change(asid_tag_);
    change.set(page, entry, writable, taken_over ? nullptr : &old);
    count_event(taken_over ? statistics.cow_taken_over : statistics.cow_copied);
    return {};
}

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
