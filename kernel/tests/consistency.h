// What must hold of frames, counts and page tables whenever nobody is at work on them. Written
// against the privileged specification's bits and the audit table's description, not against the
// kernel's own helpers.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kernel/mm/space.h"

namespace kernel::test {

// References that the kernel itself holds: frame address to number.
using KernelReferences = std::map<PhysAddr, std::uint32_t>;

// One line for each thing that is wrong; empty when all holds. `spaces` are all there are; those
// without a page table are passed over.
//  - A frame's count equals the user leaves that map it plus the tables and kernel holders that
//    name it.
//  - Count zero exactly when the frame is on one free list once, or at or past the frontier.
//  - No frame with more than one reference is writable anywhere; the marker never stands with W.
//  - User leaves have U, A and D, have G clear, point into managed frames, and lie in the user
//    half.
//  - Owners fit; the policy's number of frames in use does, too.
std::vector<std::string> violations(const std::vector<const AddressSpace*>& spaces,
                                    const KernelReferences& kernel_references = {});

}  // namespace kernel::test
