// Findings from what the frame ledger saw (harts/observe/frame_ledger.h), by the guest's functions
// and lines.
#pragma once
#include <vector>

#include "harts/observe/frame_ledger.h"
#include "harts/oracles/guest/guest_symbols.h"
#include "harts/report/finding.h"

namespace stampede {

// Use after free, double free, a frame handed out twice, stores into shared frames: one finding for
// each place that did it.
[[nodiscard]] std::vector<Finding> frame_findings(const FrameLedger& ledger,
                                                  const GuestSymbols& symbols);

// `leak`, that more frames are in use than should be, told by where they were allocated: a finding
// a site; `leak` itself where no site is known.
[[nodiscard]] std::vector<Finding> leaks_by_site(const FrameLedger& ledger,
                                                 const GuestSymbols& symbols, const Finding& leak);

}  // namespace stampede
