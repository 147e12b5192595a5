#include "harts/report/merge_findings.h"

#include <algorithm>

namespace stampede {

void merge_findings(std::vector<Finding>& all, std::vector<Finding> more) {
    for (Finding& finding : more) {
        const auto known = std::ranges::find(all, finding.title, &Finding::title);
        if (known != all.end()) {
            known->count += finding.count;
        } else {
            all.push_back(std::move(finding));
        }
    }
}

}  // namespace stampede
