// The kernel's description of itself for a listening harness (kernel/abi/audit_table.h).
#pragma once

namespace kernel {

// Fills the table and announces where it is. Once, by the boot hart, when policy and processes are
// ready.
void audit_table_announce();

}  // namespace kernel
