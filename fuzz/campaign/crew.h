// The workers of a campaign.
#pragma once
#include <atomic>
#include <string>
#include <vector>

#include "fuzz/campaign/worker.h"

namespace stampede::campaign {

// `jobs` threads do slot after slot until the time is over or `context.stop` says so; the first
// error sets `failed`, which must end them all. Meanwhile the report is kept up to date, with these
// problems in it.
[[nodiscard]] Result<void> work(const CampaignContext& context, Journal& journal,
                                std::atomic<bool>& failed,
                                const std::vector<std::string>& problems);

}  // namespace stampede::campaign
