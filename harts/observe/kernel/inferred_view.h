// What the audit asks of a kernel (observe/audit/view.h), from a description of it.
#pragma once
#include <expected>
#include <optional>
#include <string>

#include "harts/observe/audit/mappings.h"
#include "harts/observe/audit/view.h"
#include "harts/observe/kernel/kernel_description.h"

namespace stampede {

// Good for this moment: whose a frame is was looked up in the free lists, page tables, the process
// table and the kernel's memory as they are now. Harts parked, processes asleep. `ram` outlives it.
// Error: what the description lacks, or what does not lie in RAM.
[[nodiscard]] std::expected<AuditView, std::string> inferred_view(const Ram& ram,
                                                                  const KernelDescription& kernel);

// The same without owners, for who only asks processes and what they map: any moment, and it lasts.
[[nodiscard]] std::expected<AuditView, std::string> inferred_processes(
    const Ram& ram, const KernelDescription& kernel);

// All leaves of processes as they are now, as the audit walks them; no value where that view has an
// error.
[[nodiscard]] std::optional<Mappings> inferred_mappings(const Ram& ram,
                                                        const KernelDescription& kernel);

}  // namespace stampede
