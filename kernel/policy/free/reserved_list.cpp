#include "kernel/policy/free/reserved_list.h"

#include "kernel/arch/arch.h"
#include "kernel/base/spinlock.h"
#include "kernel/policy/free/linked_frames.h"

namespace kernel::policy {

// Interrupts are off from load to store: a handler, or the process that it switches to, has
// reservations of its own, and the store-conditional would take the last one made on this hart for
// its own.
void ReservedList::push(Frame& frame) {
    InterruptsOff off;
    std::uint64_t first;
    do {
        first = arch::load_reserved(&first_);
        arch::relaxed_store(link_of(frame), first);
    } while (!arch::store_conditional(&first_, address_of(frame).value));
}

Frame* ReservedList::pop() {
    InterruptsOff off;
    std::uint64_t first, second;
    do {
        first = arch::load_reserved(&first_);
        if (!first) {
            return nullptr;
        }
        // anything, if the frame is taken by now
        second = arch::relaxed_load(link_of(frame_at({first})));
    } while (!arch::store_conditional(&first_, second));
    return &frame_at({first});
}

std::uint64_t ReservedList::head_address() const { return arch::physical(&first_).value; }

}  // namespace kernel::policy
