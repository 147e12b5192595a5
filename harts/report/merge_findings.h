// Findings of several sources as one list.
#pragma once
#include <vector>

#include "harts/report/finding.h"

namespace stampede {

// Adds `more` to `all`; of those with one title there is one, with the counts summed.
void merge_findings(std::vector<Finding>& all, std::vector<Finding> more);

}  // namespace stampede
