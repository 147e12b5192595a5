#include "harts/observe/process_lookup.h"

namespace stampede {

std::optional<ProcessLookup::Found> ProcessLookup::find(Satp satp) const {
    const Ppn root = satp.root();
    std::atomic<u64>& hint = slot_[root.value % hints];
    const auto in_slot = [&](u64 slot) -> std::optional<Found> {
        const std::optional<AuditView::Process> process = view_.process(slot);
        return process && process->has_page_table() && process->root == root
                   ? std::optional(Found{slot, process->pid})
                   : std::nullopt;
    };
    if (const auto found = in_slot(hint.load(std::memory_order_relaxed))) {
        return found;
    }
    for (u64 slot = 0; slot < view_.process_slots(); ++slot) {
        if (const auto found = in_slot(slot)) {
            hint.store(slot, std::memory_order_relaxed);
            return found;
        }
    }
    return std::nullopt;
}

std::optional<u32> ProcessLookup::pid_of(Satp satp) const {
    const std::optional<Found> found = find(satp);
    return found ? std::optional(found->pid) : std::nullopt;
}

std::optional<Runner> ProcessLookup::runner_of(Satp satp) const {
    const std::optional<Found> found = find(satp);
    return found ? std::optional(Runner{found->pid, view_.program_name(found->slot)})
                 : std::nullopt;
}

}  // namespace stampede
