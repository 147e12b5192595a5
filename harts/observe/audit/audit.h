// The audit of a parked guest's memory against the table that its kernel announced
// (kernel/abi/audit_table.h), or that was inferred (observe/kernel): what the kernel believes of
// its frames is held against its page tables and free lists. Knows nothing else of the kernel.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "harts/base/types.h"
#include "harts/memory/ram.h"
#include "harts/observe/audit/view.h"
#include "harts/observe/frame_owner.h"
#include "harts/report/finding.h"
#include "kernel/abi/audit_table.h"

namespace stampede {

// The table at `table`. No value where it does not lie in RAM as a whole.
[[nodiscard]] std::optional<abi::AuditTable> load_audit_table(const Ram& ram, PhysAddr table);

// One finding for each invariant that is broken (audit_invariant.h lists them), with the number of
// places as its count and the first of them in its detail; empty when all hold. A malformed table
// is a finding, never a crash, and stops the audit. Parallel on oneTBB; only while harts are parked
// at a quiescent point: between two writes a kernel breaks its invariants.
[[nodiscard]] std::vector<Finding> audit(const Ram& ram, const abi::AuditTable& table);
[[nodiscard]] std::vector<Finding> audit(const Ram& ram, PhysAddr table);

// By abi::FrameOwner; the last one: owners that there are none of.
using FramesByOwner = std::array<u64, owner_names.size() + 1>;

struct AuditReport {
    std::vector<Finding> findings;
    // with a count, and used by no process: the kernel's own, pipes, files, and what is lost
    FramesByOwner of_nobody{};
};
// The same with what it has counted; zeroes where the table is malformed.
[[nodiscard]] AuditReport audit_report(const Ram& ram, const abi::AuditTable& table);
[[nodiscard]] AuditReport audit_report(const AuditView& view);

// The kernel's own totals. No value where the table names none, or none in RAM.
[[nodiscard]] std::optional<abi::KernelStats> load_kernel_stats(const Ram& ram,
                                                                const abi::AuditTable& table);

// Frames in use, as the kernel counts them and as its page tables show.
struct FrameUse {
    u64 at_beginning = 0;
    u64 now = 0;
    u64 of_processes =
        0;  // of those in use now: mapped by processes that are alive, and their page tables
    std::string others;  // whose the rest are, by the owner table: "1 file, 2 pipe"
    // which moment the first figure is of
    std::string_view beginning = "before the first process";

    [[nodiscard]] u64 of_nobody() const { return now - of_processes; }
};
// Harts parked. No value where the table is malformed (the audit says so) or the kernel counts
// nothing.
[[nodiscard]] std::optional<FrameUse> count_frames(const Ram& ram, const abi::AuditTable& table);
// Of a kernel that counts nothing itself: what is not free is in use. `before`: of_nobody() of an
// earlier moment, with as many pipes as now (none: the prompt).
[[nodiscard]] FrameUse count_frames(const AuditView& view, u64 before);

// More frames in use than before the first process was made, or fewer; those of processes that are
// alive do not count.
[[nodiscard]] std::optional<Finding> check_for_leak(const FrameUse& use);
// More frames of nobody than at an earlier moment, both while no process is in a system call or all
// in it sleep; pipes and files do not count, which may have been made since, nor users' pages,
// which the audit holds against page tables.
[[nodiscard]] std::optional<Finding> check_for_leak(const FramesByOwner& before,
                                                    const FramesByOwner& now);

}  // namespace stampede
