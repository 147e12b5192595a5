// Stale translations that were used, as findings.
#pragma once
#include <vector>

#include "harts/observe/stale_translations.h"
#include "harts/oracles/guest/guest_events.h"
#include "harts/oracles/guest/guest_symbols.h"
#include "harts/report/finding.h"

namespace stampede {

[[nodiscard]] std::vector<Finding> stale_findings(const std::vector<StaleReport>& reports,
                                                  const GuestSymbols& symbols);

// A PTE in words: "leads to 0x80123000, V R U", "empty".
[[nodiscard]] std::string pte_text(Pte pte);

}  // namespace stampede
