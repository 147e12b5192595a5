// What lies at an address of a guest, in words that are the same for all of a kind: what is told of
// one run is added up by them.
#pragma once
#include <optional>
#include <string>

#include "harts/observe/audit/view.h"
#include "harts/oracles/guest/guest_symbols.h"

namespace stampede::bench {

// Of the machine as it is now. Harts parked.
class MemoryNames {
public:
    MemoryNames(const Ram& ram, std::optional<PhysAddr> audit_table, const GuestSymbols& symbols);
    // "kernel::processes[].lock", "page_table frames", "counts of frames"
    [[nodiscard]] std::string of(PhysAddr at) const;

private:
    const GuestSymbols& symbols_;
    std::optional<abi::AuditTable> table_;
    std::optional<AuditView> view_;
};

}  // namespace stampede::bench
