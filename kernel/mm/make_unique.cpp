// The one path on which a shared page becomes writable: write faults and copy_out take it.
#include "kernel/frames/stats.h"
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"
#include "kernel/policy/policy.h"

namespace kernel {

// `entry` is marked. Afterwards the page is writable and its frame is this space's alone; the old
// frame's reference goes only when the new translation is the only one left. On error nothing has
// changed.
Result<void> AddressSpace::make_unique(VirtAddr page, Pte& entry) {
    Frame& old = frame_at(entry.frame());
    auto unique = policy::make_unique(old);
    if (!unique) {
        return failure(Error::out_of_memory);
    }

    bool taken_over = *unique == &old;
    Pte writable = entry.without(Pte::marker).with(Pte::write).moved_to(address_of(**unique));
    MappingChange change(asid_tag_);
    change.set(page, entry, writable, taken_over ? nullptr : &old);
    count_event(taken_over ? &Statistics::cow_taken_over : &Statistics::cow_copied);
    return {};
}

}  // namespace kernel
