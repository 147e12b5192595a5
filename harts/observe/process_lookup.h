// Whose page table is that: from satp to pid, through the audit table's process array.
#pragma once
#include <array>
#include <atomic>
#include <optional>

#include "harts/memory/pte.h"
#include "harts/observe/audit/view.h"

namespace stampede {

class ProcessLookup {
public:
    explicit ProcessLookup(AuditView view) : view_(view) {}

    // None: no process uses this page table (now). Any thread, also while harts run; the answer is
    // as of some moment of the call.
    [[nodiscard]] std::optional<u32> pid_of(Satp satp) const;

private:
    static constexpr std::size_t hints = 1024;

    AuditView view_;
    // Where a root page table was found last. relaxed: only a hint, what it leads to is checked.
    mutable std::array<std::atomic<u64>, hints> slot_{};
};

}  // namespace stampede
