// Wrong: a page that becomes writable keeps its marker, so the marker no longer says that a page is
// shared.
#include "kernel/frames/stats.h"
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"
#include "kernel/policy/policy.h"

namespace kernel {

Result<void> AddressSpace::make_unique(VirtAddr page, Pte& entry) {
    Frame& old = frame_at(entry.frame());
    auto unique = policy::make_unique(old);
    if (!unique) {
        return failure(Error::out_of_memory);
    }

    bool taken_over = *unique == &old;
    Pte writable = entry.with(Pte::write).moved_to(address_of(**unique));  // the bug
    MappingChange change(asid_tag_);
    change.set(page, entry, writable, taken_over ? nullptr : &old);
    count_event(taken_over ? &Statistics::cow_taken_over : &Statistics::cow_copied);
    return {};
}

}  // namespace kernel
