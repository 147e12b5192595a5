// Wrong: the reference to the shared frame is dropped before its bytes are copied. Meanwhile the
// other one takes the frame over and writes to it, or drops it as well, and somebody else gets it.
#include "kernel/base/string.h"
#include "kernel/frames/stats.h"
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"
#include "kernel/policy/policy.h"

namespace kernel {

Result<void> AddressSpace::make_unique(VirtAddr page, Pte& entry) {
    Frame& old = frame_at(entry.frame());
    MappingChange change(asid_tag_);
    if (policy::count(old) == 1) {
        change.set(page, entry, entry.unshared());
        count_event(&Statistics::cow_taken_over);
        return {};
    }
    Frame* copy = policy::allocate(FrameOwner::user);
    if (!copy) {
        return failure(Error::out_of_memory);
    }
    policy::drop(old);  // the bug
    copy_page(bytes_of(*copy), bytes_of(old));
    change.set(page, entry, entry.unshared().moved_to(address_of(*copy)));
    count_event(&Statistics::cow_copied);
    return {};
}

}  // namespace kernel
