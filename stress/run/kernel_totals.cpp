#include "stress/run/kernel_totals.h"

#include <algorithm>

#include "harts/observe/audit/audit.h"

namespace stampede {

KernelTotals kernel_totals(const Watched& run) {
    const auto table = run.events.loaded_audit_table();
    const auto stats = table ? load_kernel_stats(run.machine.ram(), *table) : std::nullopt;
    if (!stats) {
        return {};
    }
    const u64 total = table->frame_count;
    const u64 after = run.frames_used ? run.frames_used->of_nobody() : stats->frames_in_use;
    return {.frames = {total, total - std::min(total, stats->frames_at_boot),
                       total - std::min(total, after), stats->frames_peak},
            .cow = {stats->cow_copied, stats->cow_taken_over, stats->oom_kills},
            .processes_peak = stats->processes_peak,
            .allocation_failed = stats->allocations_failed != 0};
}

}  // namespace stampede
