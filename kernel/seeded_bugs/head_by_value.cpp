// Wrong: the head of the free frames is replaced if it has the value that was read, whatever came
// of it in between. Where that frame was taken and given back meanwhile, the link that was read
// behind it is an old one: frames that are in use come on the list.
#include "kernel/arch/arch.h"
#include "kernel/policy/free/linked_frames.h"
#include "kernel/policy/free/reserved_list.h"

namespace kernel::policy {

void ReservedList::push(Frame& frame) {
    std::uint64_t first = arch::relaxed_load(&first_);
    do {
        arch::relaxed_store(link_of(frame), first);
    } while (!__atomic_compare_exchange_n(&first_, &first, address_of(frame).value, false,
                                          __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
}

Frame* ReservedList::pop() {
    std::uint64_t first = __atomic_load_n(&first_, __ATOMIC_ACQUIRE), second;
    do {
        if (!first) {
            return nullptr;
        }
        second = arch::relaxed_load(link_of(frame_at({first})));
    } while (!__atomic_compare_exchange_n(&first_, &first, second, false, __ATOMIC_ACQ_REL,
                                          __ATOMIC_ACQUIRE));  // the bug
    return &frame_at({first});
}

std::uint64_t ReservedList::head_address() const { return arch::physical(&first_).value; }

}  // namespace kernel::policy
