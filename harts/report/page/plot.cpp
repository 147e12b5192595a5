#include "harts/report/page/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harts/report/forms/xml.h"

namespace stampede {
namespace {

// Of the drawing; it is scaled to the page.
constexpr double width = 560, height = 240, left = 58, right = 14, top = 10, bottom = 30;
constexpr unsigned colours = 9;

struct Scale {
    double most_x, most_y;
    [[nodiscard]] double x(double value) const { return left + (width - left - right) * value / most_x; }
    [[nodiscard]] double y(double value) const { return height - bottom - (height - top - bottom) * value / most_y; }
};

std::string axes(const Scale& scale, const std::vector<PlotTick>& ticks) {
    std::string svg;
    for (const double value : round_steps(scale.most_y)) {
        svg += fmt::format("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>", left, width - right, scale.y(value),
                           scale.y(value));
        svg += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>", left - 6, scale.y(value) + 4, short_number(value));
    }
    for (const PlotTick& tick : ticks) {
        svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>", scale.x(tick.at), height - 10,
                           xml_escape(tick.name, XmlPlace::Text));
    }
    return svg;
}

std::string line_of(const std::vector<PlotPoint>& all, const Scale& scale, const std::string& style, const std::string& name) {
    std::string points;
    for (const PlotPoint& point : all) {
        points += fmt::format("{:.1f},{:.1f} ", scale.x(point.x), scale.y(point.y));
    }
    return fmt::format("<polyline class=\"{}\" points=\"{}\"><title>{}</title></polyline>", style, points, xml_escape(name, XmlPlace::Text));
}

}  // namespace

std::vector<double> round_steps(double most) {
    const double whole = most > 0 ? most : 1;
    const double power = std::pow(10, std::floor(std::log10(whole)));
    double step = power;
    for (const double factor : {0.2, 0.5, 1.0, 2.0, 5.0}) {
        step = factor * power;
        if (whole / step <= 5) {
            break;
        }
    }
    std::vector<double> steps{0};
    while (steps.back() < whole) {
        steps.push_back(steps.back() + step);
    }
    return steps;
}

std::string short_number(double number) {
    const auto text = [](double value, const char* unit) { return fmt::format("{:.3g}{}", value, unit); };
    return number < 10 ? text(number, "") : number < 10'000 ? fmt::format("{:.0f}", number) : number < 1e6 ? text(number / 1e3, " k")
           : number < 1e9 ? text(number / 1e6, " M") : text(number / 1e9, " G");
}

std::string svg_of(const Plot& plot) {
    Scale scale{plot.ticks.empty() ? 1 : plot.ticks.back().at, plot.least_top};
    for (const PlotSeries& one : plot.series) {
        for (const auto* points : {&one.points, &one.fit}) {
            for (const PlotPoint& point : *points) {
                scale.most_x = std::max(scale.most_x, point.x);
                scale.most_y = std::max(scale.most_y, point.y);
            }
        }
    }
    scale.most_y = round_steps(scale.most_y).back();
    std::string lines, legend;
    for (const PlotSeries& one : plot.series) {
        const std::string colour = fmt::format("s{}", one.colour % colours);
        if (!one.fit.empty()) {
            lines += line_of(one.fit, scale, colour + " fit", one.name + ", the law");
        }
        lines += line_of(one.points, scale, colour, one.name);
        legend += fmt::format("<span class=\"{}\">{}</span> ", colour, xml_escape(one.name, XmlPlace::Text));
    }
    return fmt::format("<figure><figcaption>{}{}</figcaption><svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">{}{}</svg></figure>\n",
                       xml_escape(plot.title, XmlPlace::Text), plot.series.size() > 1 ? " <span class=\"legend\">" + legend + "</span>" : "", width,
                       height, xml_escape(plot.title, XmlPlace::Attribute), axes(scale, plot.ticks), lines);
}

}  // namespace stampede
