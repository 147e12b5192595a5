#include "stress/run/run_outcome.h"

#include <algorithm>

namespace stampede {

Verdict RunOutcome::verdict() const {
    if (!findings.empty()) {
        return Verdict::Findings;
    }
    return end == RunEnd::Interrupted ? Verdict::Interrupted : Verdict::Passed;
}

bool RunOutcome::shows(const std::string& title) const {
    return std::ranges::find(findings, title, &Finding::title) != findings.end();
}

}  // namespace stampede
