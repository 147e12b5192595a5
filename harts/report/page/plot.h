// Curves as inline SVG, for pages with page_style.h.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace stampede {

struct PlotPoint {
    double x = 0, y = 0;
};
struct PlotSeries {
    std::string name;
    std::vector<PlotPoint> points;
    std::vector<PlotPoint> fit;  // drawn beside them, thinner
    unsigned colour = 0;         // the style sheet's class s0 to s8, modulo
};
struct PlotTick {
    double at = 0;
    std::string name;
};
struct Plot {
    std::string title;
    std::vector<PlotSeries> series;
    std::vector<PlotTick>
        ticks;  // of the horizontal axis, which begins at 0 and ends with the last tick or point
    double least_top = 1;  // the vertical axis goes from 0 to here at least
};

// A figure with its title, axes, a line for each series and a legend where there are several.
[[nodiscard]] std::string svg_of(const Plot& plot);

// 0, 5,000, 10,000 …: round steps from 0 to at least `most`, at least two and at most seven of
// them.
[[nodiscard]] std::vector<double> round_steps(double most);
// "0.25", "950", "12 k", "3.4 M".
[[nodiscard]] std::string short_number(double number);

}  // namespace stampede
