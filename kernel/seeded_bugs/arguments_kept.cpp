// Wrong: exec gives the frame of its arguments back once they stand on the new stack. Where there
// is no such program, no memory or no room it never comes so far, and each failed exec keeps a
// frame.
#include "kernel/policy/policy.h"
#include "kernel/sys/argument_list.h"

namespace kernel {

ArgumentList::~ArgumentList() {}  // the bug

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
    if (sp) {
        sp = push(space, *sp, stack_bottom, std::as_bytes(std::span(pointers).first(count_ + 1)));
    }
    if (sp) {
        policy::drop(*frame_);
    }
    return sp;
}

}  // namespace kernel
