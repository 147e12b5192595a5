#include "fuzz/campaign/slots/kinds.h"

#include <fmt/format.h>

namespace stampede::campaign {
namespace {

// Whether the target takes STAMPEDE_SCHEDULE=parallel.
bool runs_parallel(const SlotSetup& setup, const Slot& slot, const StopWanted& stop) {
    const auto run = supervise({setup.shelf.command(program_of(slot.kind)), "-runs=0"},
                               fuzz_environment(slot, "/nonexistent"), {}, stop);
    return run && run->status == 0;
}

}  // namespace

std::vector<SlotKind> possible_kinds(const CampaignOptions& options, const SlotSetup& setup,
                                     const StopWanted& stop, std::vector<std::string>& problems) {
    std::vector<SlotKind> kinds;
    for (const SlotKind kind : options.kinds) {
        Slot slot;
        slot.kind = kind;
        slot.policy = options.policies.front();
        slot.harts = options.harts.front();
        if (!setup.shelf.has_command(program_of(kind))) {
            problems.push_back(fmt::format("{}: left out, there is no {}", name_of(kind),
                                           setup.shelf.command(program_of(kind)).string()));
        } else if (kind != repeatable(kind) && !runs_parallel(setup, slot, stop)) {
            problems.push_back(fmt::format("{}: left out, {} refuses STAMPEDE_SCHEDULE=parallel",
                                           name_of(kind), program_of(kind)));
        } else {
            kinds.push_back(kind);
        }
    }
    return kinds;
}

void report_unusable(const State& state, std::vector<std::string>& problems) {
    for (const Share& share : shares) {
        u64 slots = 0, bad = 0;
        std::string last;
        for (const auto& [key, cell] : state.cells) {
            if (key.kind == share.kind) {
                slots += cell.slots;
                bad += cell.problems;
                last = cell.problem.empty() ? last : cell.problem;
            }
        }
        if (slots != 0 && bad == slots) {
            problems.push_back(fmt::format("{}: none of {} slots ended as it should; the last: {}",
                                           share.name, slots, last));
        }
    }
}

}  // namespace stampede::campaign
