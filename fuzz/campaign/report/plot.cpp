#include "fuzz/campaign/report/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "harts/report/page/plot.h"

namespace stampede::campaign {
namespace {

// Steps of time that people count in.
std::vector<double> time_steps(double most_s) {
    constexpr std::array steps{1.,   2.,   5.,    10.,   15.,   30.,    60.,    120.,   300.,
                               600., 900., 1800., 3600., 7200., 14400., 28800., 43200., 86400.};
    const auto step = std::ranges::find_if(steps, [&](double one) { return most_s / one <= 6; });
    const double width_s = step != steps.end() ? *step : round_steps(most_s / 86400)[1] * 86400;
    std::vector<double> all;
    for (double at = 0; at <= most_s; at += width_s) {
        all.push_back(at);
    }
    return all;
}

}  // namespace

std::string time_text(double seconds) {
    constexpr double minute = 60, hour = 3600, day = 86400;
    const auto text = [](double number, const char* unit) {
        return fmt::format("{:.3g} {}", std::round(number * 10) / 10, unit);
    };
    return seconds < 2 * minute ? text(seconds, "s")
           : seconds < 2 * hour ? text(seconds / minute, "min")
           : seconds < 2 * day  ? text(seconds / hour, "h")
                                : text(seconds / day, "d");
}

std::string plot(std::string_view title, const std::vector<Series>& series) {
    stampede::Plot drawing{.title = std::string(title), .series = {}, .ticks = {}};
    double most_s = 1;
    for (const Series& one : series) {
        PlotSeries& drawn = drawing.series.emplace_back();
        drawn.name = one.name;
        drawn.colour = static_cast<unsigned>(drawing.series.size() - 1);
        for (const Point& point : one.curve) {
            most_s = std::max(most_s, point.at_s);
            drawn.points.push_back({point.at_s, static_cast<double>(point.value)});
        }
    }
    for (const double at : time_steps(most_s)) {
        drawing.ticks.push_back({at, time_text(at)});
    }
    return svg_of(drawing);
}

}  // namespace stampede::campaign
