// The command line of `nightly`.
#pragma once
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/campaign/slots/plan.h"
#include "harts/guests/shelf.h"

namespace stampede::campaign {

struct CampaignOptions {
    double hours = 8;
    std::filesystem::path corpus, out;
    // default: all but those that are wrong on purpose
    std::vector<std::string> policies;
    std::vector<unsigned> harts{2, 4, 8};
    std::vector<SlotKind> kinds;  // default: all
    unsigned jobs = 1;            // slots at once; default: the host's cores
    u64 corpus_megabytes = 1024;  // of each policy's corpus at most
    std::optional<std::filesystem::path> suppressions;
    // for source lines on the page; empty: none
    std::filesystem::path source;

    [[nodiscard]] double seconds() const { return hours * 3600; }
};

// Error: text for stderr, or for stdout where nothing was wrong (--help): then `wanted`.
struct UsageExit {
    std::string text;
    bool wanted = false;
};
[[nodiscard]] std::expected<CampaignOptions, UsageExit> parse_campaign_options(
    int argc, const char* const* argv, const Shelf& shelf);

}  // namespace stampede::campaign
