// The audit of a parked guest's memory against the table that its kernel announced (kernel/abi/audit_table.h): what the kernel
// believes of its frames is held against its page tables and free lists. Knows nothing else of the kernel.
#pragma once
#include <optional>
#include <vector>

#include "harts/base/types.h"
#include "harts/memory/ram.h"
#include "harts/report/finding.h"
#include "kernel/abi/audit_table.h"

namespace stampede {

// The table at `table`. No value where it does not lie in RAM as a whole.
[[nodiscard]] std::optional<abi::AuditTable> load_audit_table(const Ram& ram, PhysAddr table);

// One finding for each invariant that is broken (audit_invariant.h lists them), with the number of places as its count and the
// first of them in its detail; empty when all hold. A malformed table is a finding, never a crash, and stops the audit.
// Parallel on oneTBB; only while harts are parked at a quiescent point: between two writes a kernel breaks its invariants.
[[nodiscard]] std::vector<Finding> audit(const Ram& ram, const abi::AuditTable& table);
[[nodiscard]] std::vector<Finding> audit(const Ram& ram, PhysAddr table);

// The kernel's own totals. No value where the table names none, or none in RAM.
[[nodiscard]] std::optional<abi::KernelStats> load_kernel_stats(const Ram& ram, const abi::AuditTable& table);

// More frames in use than when the first process was about to run, or fewer. Nothing where they agree.
[[nodiscard]] std::optional<Finding> check_for_leak(const abi::KernelStats& stats);

}  // namespace stampede
