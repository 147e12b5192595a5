// Wrong: without memory for the copy the page is mapped to the frame at physical address 0, and the
// kernel meets that one when it unmaps the page.
#include "kernel/frames/stats.h"
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"
#include "kernel/policy/policy.h"

namespace kernel {

Result<void> AddressSpace::make_unique(VirtAddr page, Pte& entry) {
    Frame& old = frame_at(entry.frame());
    auto unique = policy::make_unique(old);
    PhysAddr frame = unique ? address_of(**unique) : PhysAddr{0};  // the bug

    bool taken_over = unique && *unique == &old;
    MappingChange change(asid_tag_);
    change.set(page, entry, entry.unshared().moved_to(frame), taken_over ? nullptr : &old);
    count_event(taken_over ? &Statistics::cow_taken_over : &Statistics::cow_copied);
    return {};
}

}  // namespace kernel
