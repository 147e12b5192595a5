// Whether a run has shown what it is after, at little cost and while it goes on.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "harts/oracles/guest/console_log.h"
#include "harts/oracles/race/race_support.h"

namespace stampede {

class WantedFindings {
public:
    // `enough` of the `titles` end the run; 0: nothing does.
    WantedFindings(std::vector<std::string> titles, std::size_t enough) : titles_(std::move(titles)), enough_(enough) {}

    // Harts parked, once in a while: true from the look after the one at which enough of the titles have shown, so that a
    // report on the console can come to its end. What only an audit or the end of a run tells is not seen here. `race`
    // may be null.
    [[nodiscard]] bool enough(const GuestEvents& events, const ConsoleLog& console, const GuestSymbols& symbols,
                              const RaceDetection* race);

private:
    void look_for(const std::vector<Finding>& findings);

    const std::vector<std::string> titles_;
    const std::size_t enough_;
    std::set<std::string> shown_;
    std::size_t known_ = 0;      // what there was to look at, at the last look
    std::size_t races_ = 0;
    unsigned looks_ = 0;
};

}  // namespace stampede
