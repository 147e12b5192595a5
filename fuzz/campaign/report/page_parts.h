// The parts of the page, a file each.
#pragma once
#include <string>
#include <string_view>

#include "fuzz/campaign/report/report.h"
#include "fuzz/campaign/report/source_lines.h"
#include "harts/report/page/html.h"

namespace stampede::campaign {

// 1,234,567
[[nodiscard]] std::string grouped(u64 number);

[[nodiscard]] std::string findings_part(const CampaignReport& report, SourceLines& source);
[[nodiscard]] std::string news_part(const CampaignReport& report);
[[nodiscard]] std::string slots_part(const CampaignReport& report);
// Which oracles watched the slots of each kind; nothing where no slot has said.
[[nodiscard]] std::string oracles_part(const CampaignReport& report);
[[nodiscard]] std::string coverage_part(const CampaignReport& report, SourceLines& source);

}  // namespace stampede::campaign
