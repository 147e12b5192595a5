// Which kinds of slots can be done here.
#pragma once
#include <string>
#include <vector>

#include "fuzz/campaign/options.h"
#include "fuzz/campaign/slots/slot_command.h"
#include "fuzz/campaign/state/state.h"

namespace stampede::campaign {

// Those that were asked for and whose programs are there; of the others `problems` gets a sentence
// each.
[[nodiscard]] std::vector<SlotKind> possible_kinds(const CampaignOptions& options,
                                                   const SlotSetup& setup, const StopWanted& stop,
                                                   std::vector<std::string>& problems);

// A sentence for each kind none of whose slots ended as it should.
void report_unusable(const State& state, std::vector<std::string>& problems);

}  // namespace stampede::campaign
