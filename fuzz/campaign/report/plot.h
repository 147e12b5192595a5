// Curves over time (harts/report/page/plot.h).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/campaign/state/state.h"

namespace stampede::campaign {

struct Series {
    std::string name;
    Curve curve;
};

[[nodiscard]] std::string plot(std::string_view title, const std::vector<Series>& series);

// "45 s", "3 min", "1.5 h", "2 d".
[[nodiscard]] std::string time_text(double seconds);

}  // namespace stampede::campaign
