// One report of several campaigns that ran at the same time, on machines of their own.
#pragma once
#include <filesystem>
#include <vector>

#include "fuzz/campaign/report/report.h"
#include "fuzz/campaign/state/state.h"

namespace stampede::campaign {

// Sums and unions; curves of executions are added up, those of coverage are the highest at each
// time. At least one.
[[nodiscard]] State merged_state(const std::vector<State>& states);

// Gathers findings and states of the folders `from` anew in `out`, and writes a report there.
// Error: a folder that is no campaign's; a file.
[[nodiscard]] Result<CampaignReport> merge_campaigns(const std::vector<std::filesystem::path>& from,
                                                     const std::filesystem::path& out,
                                                     const Shelf& shelf);

// `nightly merge --out DIR FOLDER...`. Gives the exit status: the worst of a campaign's.
int merge_command(int argc, const char* const* argv);

}  // namespace stampede::campaign
