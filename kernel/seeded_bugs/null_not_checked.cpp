// Wrong: nobody looks whether there was a frame for the copy, and the kernel copies to an address
// made from null.
#include "kernel/base/string.h"
#include "kernel/frames/stats.h"
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"
#include "kernel/policy/policy.h"

namespace kernel {

// The count cannot change from 1 to more in between: that takes a fork of this space. It may fall
// to 1: one copy too many, and right.
Result<void> AddressSpace::make_unique(VirtAddr page, Pte& entry) {
    Frame& old = frame_at(entry.frame());
    MappingChange change(asid_tag_);
    if (policy::count(old) == 1) {
        change.set(page, entry, entry.unshared());
        count_event(&Statistics::cow_taken_over);
        return {};
    }
    Frame* copy = policy::allocate(FrameOwner::user);
    copy_page(bytes_of(*copy), bytes_of(old));  // the bug
    change.set(page, entry, entry.unshared().moved_to(address_of(*copy)), &old);
    count_event(&Statistics::cow_copied);
    return {};
}

}  // namespace kernel
