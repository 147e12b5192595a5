// A campaign from its start to its page.
#pragma once
#include "fuzz/campaign/options.h"
#include "fuzz/campaign/report/report.h"
#include "fuzz/campaign/slots/supervise.h"
#include "harts/base/error.h"

namespace stampede::campaign {

// Works until its time is over or `stop` says so; prints a line a slot on stderr. The report is
// written every minute and at the end. Killed at any moment, the same call does what is left.
// Error: a folder that cannot be used, or that another campaign works in; a state file that is
// none.
[[nodiscard]] Result<CampaignReport> run_campaign(const CampaignOptions& options,
                                                  const Shelf& shelf, const StopWanted& stop);

}  // namespace stampede::campaign
