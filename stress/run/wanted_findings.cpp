#include "stress/run/wanted_findings.h"

#include <algorithm>

#include "harts/oracles/run_facts.h"

namespace stampede {
namespace {

constexpr unsigned looks_for_lock_orders = 50;  // an inversion shows in no count

}  // namespace

void WantedFindings::look_for(const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) {
        if (std::ranges::find(titles_, finding.title) != titles_.end()) {
            shown_.insert(finding.title);
        }
    }
}

bool WantedFindings::enough(const GuestEvents& events, const ConsoleLog& console, const GuestSymbols& symbols,
                            const RaceDetection* race) {
    if (enough_ == 0 || shown_.size() >= enough_) {
        return enough_ != 0;
    }
    RunFacts facts;
    facts.failed_checks = events.failed_checks();
    facts.alarming = console.alarming();
    if (const std::size_t now = facts.failed_checks.size() + facts.alarming.size(); now != known_) {
        known_ = now;
        look_for(findings_while_running(facts, symbols));
    }
    if (race == nullptr) {
        return false;
    }
    const std::size_t races = race->count();
    if (races != races_ || ++looks_ % looks_for_lock_orders == 0) {
        races_ = races;
        look_for(race->findings({symbols, events}));
    }
    return false;
}

}  // namespace stampede
