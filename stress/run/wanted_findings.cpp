#include "stress/run/wanted_findings.h"

#include <algorithm>
#include <utility>

namespace stampede {

void WantedFindings::look_for(const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) {
        if (std::ranges::find(titles_, finding.title) != titles_.end()) {
            shown_.insert(finding.title);
        }
    }
}

bool WantedFindings::enough(const Oracles& oracles) {
    if (enough_ == 0 || shown_.size() >= enough_) {
        return enough_ != 0;
    }
    versions_.resize(oracles.all().size());
    for (std::size_t n = 0; n < versions_.size(); ++n) {
        if (const u64 now = oracles.all()[n]->version(); now != std::exchange(versions_[n], now)) {
            look_for(oracles.all()[n]->so_far());
        }
    }
    return false;
}

}  // namespace stampede
