#include "harts/observe/process_lookup.h"

namespace stampede {

std::optional<u32> ProcessLookup::pid_of(Satp satp) const {
    const Ppn root = satp.root();
    std::atomic<u64>& hint = slot_[root.value % hints];
    const auto in_slot = [&](u64 slot) -> std::optional<u32> {
        const std::optional<AuditView::Process> process = view_.process(slot);
        return process && process->has_page_table() && process->root == root
                   ? std::optional(process->pid)
                   : std::nullopt;
    };
    if (const auto pid = in_slot(hint.load(std::memory_order_relaxed))) {
        return pid;
    }
    for (u64 slot = 0; slot < view_.process_slots(); ++slot) {
        if (const auto pid = in_slot(slot)) {
            hint.store(slot, std::memory_order_relaxed);
            return pid;
        }
    }
    return std::nullopt;
}

}  // namespace stampede
