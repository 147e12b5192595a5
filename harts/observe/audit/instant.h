// The audit at any instant of a repeatable schedule, harts standing wherever they are. What is in
// flight between two instructions of a kernel is legal; these relations hold all the same, because
// of the order that changing a mapping has: take the reference, change the PTE, flush, drop the
// reference.
//
//   of page tables, always         every PTE in the user half that is valid has a legal encoding,
//                                  leads to RAM and to frames, is no superpage, has G clear and is
//                                  not both writable and marked; page tables lie in frames that
//                                  belong to page tables, each in one place only
//   of mappings, always            a frame that two or more leaves map is writable by none of them
//   of counts and free lists, while no hart stands in the policy
//                                  a count is not below the number of leaves that map the frame (it
//                                  may be above: references are taken before they are installed and
//                                  dropped after they are gone); free lists lead through frames
//                                  only, through none twice, and a frame on one has count 0 and is
//                                  neither mapped nor a page table
//
// A page table that is being built or taken apart hangs under no process: the kernel takes its root
// away first.
#pragma once
#include <span>
#include <vector>

#include "harts/observe/audit/view.h"
#include "harts/report/finding.h"

namespace stampede {

struct Hart;

// Whether the hart may have counts and free lists in its hands: its pc, its return address register
// or a return address on its stack lies in the policy's code. In a table that does not tell the
// policy's code, every hart may.
[[nodiscard]] bool stands_in_policy(const AuditView& view, const Hart& hart);

enum class PolicyUse : u8 { Idle, Busy };

struct InstantAudit {
    std::vector<Finding> findings;  // titles as of the audit at the end
    u64 mappings = 0;               // leaves looked at, for whoever rations audits
};

// While no hart runs. A malformed table gives no findings: the audit at the end says so.
[[nodiscard]] InstantAudit audit_instant(const AuditView& view, PolicyUse use);

}  // namespace stampede
