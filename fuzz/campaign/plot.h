// Curves over time as inline SVG.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/campaign/state.h"

namespace stampede::campaign {

struct Series {
    std::string name;
    Curve curve;
};

// A figure with its title, axes, a line for each series and a legend where there are several. Colours are the style sheet's classes s0, s1, …
[[nodiscard]] std::string plot(std::string_view title, const std::vector<Series>& series);

// 0, 5,000, 10,000 …: round steps from 0 to at least `most`, at least two and at most seven of them.
[[nodiscard]] std::vector<double> round_steps(double most);
// "45 s", "3 min", "1.5 h", "2 d".
[[nodiscard]] std::string time_text(double seconds);
// "950", "12 k", "3.4 M".
[[nodiscard]] std::string short_number(double number);

}  // namespace stampede::campaign
