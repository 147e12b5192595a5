// How a list of arguments ends: on the new program's stack, and its frame given back.
#include "kernel/policy/policy.h"
#include "kernel/sys/argument_list.h"

namespace kernel {

ArgumentList::~ArgumentList() {
    if (frame_) {
        policy::drop(*frame_);
    }
}

Result<VirtAddr> ArgumentList::push_to(AddressSpace& space, VirtAddr stack_top,
                                       VirtAddr stack_bottom) const {
    std::array<std::uint64_t, limit + 1> pointers{};
    Result<VirtAddr> sp = stack_top;
    for (int i = 0; sp && i < count_; ++i) {
        sp = push(space, *sp, stack_bottom, string(i));
        if (sp) {
            pointers[i] = sp->value;
        }
    }
    if (!sp) {
        return sp;
    }
    return push(space, *sp, stack_bottom, std::as_bytes(std::span(pointers).first(count_ + 1)));
}

}  // namespace kernel
