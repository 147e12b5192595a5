// Wrong: a page that was copied is not flushed. The user's own write faults again and is put right;
// but what the kernel writes into the copy (read(), wait()) the user does not see as long as it
// reads through the old translation.
#include "kernel/frames/stats.h"
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"
#include "kernel/policy/policy.h"

namespace kernel {

Result<void> AddressSpace::make_unique(VirtAddr, Pte& entry) {
    Frame& old = frame_at(entry.frame());
    auto unique = policy::make_unique(old);
    if (!unique) {
        return failure(Error::out_of_memory);
    }

    bool taken_over = *unique == &old;
    entry = entry.unshared().moved_to(address_of(**unique));  // the bug: no MappingChange
    if (!taken_over) {
        policy::drop(old);
    }
    count_event(taken_over ? &Statistics::cow_taken_over : &Statistics::cow_copied);
    return {};
}

}  // namespace kernel
