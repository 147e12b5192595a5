// A list of free frames that any CPU pushes to and pops from without a lock.
//
// Popping reads the head A and the link behind it, B, and replaces A by B. Where only the value of
// the head is compared, that goes wrong when A comes back in between (the ABA problem; IBM
// System/370 Principles of Operation, appendix A):
//
//     CPU 0   reads head A, link B                                             head is A: makes it
//             B. B is in use!
//     CPU 1                         pops A, pops B, pushes A: head A, link C
//
// Against that one takes a tag beside the head, which wants a double-width word, or a
// store-conditional that means what the specification says: it fails if the head was stored to
// since the load-reserved, were it the same value (unprivileged specification,
// "Load-Reserved/Store-Conditional Instructions"). This list takes the latter and relies on it: on
// a machine whose store-conditional compares values, as translators' do, it loses frames.
//
// The links stand in the policy's table (linked_frames.h). In the free frames they would be read,
// by a CPU that comes too late, where a program writes already.
#pragma once
#include <cstdint>

#include "kernel/frames/frame.h"

namespace kernel::policy {

class alignas(64) ReservedList {
public:
    void push(Frame& frame);
    Frame* pop();  // null: it was empty
    std::uint64_t head_address() const;

private:
    std::uint64_t first_ = 0;  // physical address, 0: none. Changed by store-conditional only
};

}  // namespace kernel::policy
