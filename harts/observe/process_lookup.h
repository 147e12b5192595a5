// Whose page table is that: from satp to process, through the audit table's process array.
#pragma once
#include <array>
#include <atomic>
#include <optional>
#include <string>

#include "harts/memory/pte.h"
#include "harts/observe/audit/view.h"

namespace stampede {

struct Runner {
    u32 pid = 0;
    std::string program;  // its name there; empty: the kernel does not tell
};

class ProcessLookup {
public:
    explicit ProcessLookup(AuditView view) : view_(std::move(view)) {}

    // None: no process uses this page table (now). Any thread, also while harts run; the answer is
    // as of some moment of the call.
    [[nodiscard]] std::optional<Runner> runner_of(Satp satp) const;
    [[nodiscard]] std::optional<u32> pid_of(Satp satp) const;

private:
    struct Found {
        u64 slot = 0;
        u32 pid = 0;
    };
    [[nodiscard]] std::optional<Found> find(Satp satp) const;

    static constexpr std::size_t hints = 1024;

    AuditView view_;
    // Where a root page table was found last. relaxed: only a hint, what it leads to is checked.
    mutable std::array<std::atomic<u64>, hints> slot_{};
};

}  // namespace stampede
