// Whether a run has shown what it is after, at little cost and while it goes on.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "harts/oracles/oracles.h"

namespace stampede {

class WantedFindings {
public:
    // `enough` of the `titles` end the run; 0: nothing does.
    WantedFindings(std::vector<std::string> titles, std::size_t enough)
        : titles_(std::move(titles)), enough_(enough) {}

    // Harts parked, once in a while: true from the look after the one at which enough of the titles
    // have shown, so that a report on the console can come to its end. What only an audit or the
    // end of a run tells is not seen here.
    [[nodiscard]] bool enough(const Oracles& oracles);

private:
    void look_for(const std::vector<Finding>& findings);

    const std::vector<std::string> titles_;
    const std::size_t enough_;
    std::set<std::string> shown_;
    std::vector<u64> versions_;  // of the oracles, at the last look
};

}  // namespace stampede
