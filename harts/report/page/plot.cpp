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
    [[nodiscard]] double x(double value) const {
        return left + (width - left - right) * value / most_x;
    }
    [[nodiscard]] double y(double value) const {
        return height - bottom - (height - top - bottom) * value / most_y;
    }
};

std::string tenths(double length) { return fmt::format("{:.1f}", length); }

void add_label(pugi::xml_node svg, double x, double y, const char* anchor, std::string_view label) {
    pugi::xml_node text = svg.append_child("text");
    add_attribute(text, "x", tenths(x));
    add_attribute(text, "y", tenths(y));
    add_attribute(text, "text-anchor", anchor);
    add_text(text, label);
}

void add_axes(pugi::xml_node svg, const Scale& scale, const std::vector<PlotTick>& ticks) {
    for (const double value : round_steps(scale.most_y)) {
        pugi::xml_node line = svg.append_child("line");
        add_attribute(line, "class", "grid");
        add_attribute(line, "x1", tenths(left));
        add_attribute(line, "x2", tenths(width - right));
        add_attribute(line, "y1", tenths(scale.y(value)));
        add_attribute(line, "y2", tenths(scale.y(value)));
        add_label(svg, left - 6, scale.y(value) + 4, "end", short_number(value));
    }
    for (const PlotTick& tick : ticks) {
        add_label(svg, scale.x(tick.at), height - 10, "middle", tick.name);
    }
}

void add_line(pugi::xml_node svg, const std::vector<PlotPoint>& all, const Scale& scale,
              std::string_view style, std::string_view name) {
    std::string points;
    for (const PlotPoint& point : all) {
        points += fmt::format("{:.1f},{:.1f} ", scale.x(point.x), scale.y(point.y));
    }
    pugi::xml_node line = svg.append_child("polyline");
    add_attribute(line, "class", style);
    add_attribute(line, "points", points);
    add_text(line.append_child("title"), name);
}

Scale scale_for(const Plot& plot) {
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
    return scale;
}

std::string style_of(const PlotSeries& series) {
    return fmt::format("s{}", series.colour % colours);
}

void add_legend(pugi::xml_node caption, const Plot& plot) {
    add_text(caption, " ");
    pugi::xml_node legend = caption.append_child("span");
    add_attribute(legend, "class", "legend");
    for (const PlotSeries& one : plot.series) {
        pugi::xml_node name = legend.append_child("span");
        add_attribute(name, "class", style_of(one));
        add_text(name, one.name);
        add_text(legend, " ");
    }
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
    const auto text = [](double value, const char* unit) {
        return fmt::format("{:.3g}{}", value, unit);
    };
    return number < 10       ? text(number, "")
           : number < 10'000 ? fmt::format("{:.0f}", number)
           : number < 1e6    ? text(number / 1e3, " k")
           : number < 1e9    ? text(number / 1e6, " M")
                             : text(number / 1e9, " G");
}

std::string svg_of(const Plot& plot) {
    pugi::xml_document document;
    pugi::xml_node figure = document.append_child("figure"),
                   caption = figure.append_child("figcaption");
    add_text(caption, plot.title);
    if (plot.series.size() > 1) {
        add_legend(caption, plot);
    }
    pugi::xml_node svg = figure.append_child("svg");
    add_attribute(svg, "viewBox", fmt::format("0 0 {} {}", width, height));
    add_attribute(svg, "role", "img");
    add_attribute(svg, "aria-label", plot.title);
    const Scale scale = scale_for(plot);
    add_axes(svg, scale, plot.ticks);
    for (const PlotSeries& one : plot.series) {
        if (!one.fit.empty()) {
            add_line(svg, one.fit, scale, style_of(one) + " fit", one.name + ", the law");
        }
        add_line(svg, one.points, scale, style_of(one), one.name);
    }
    return text_of(document, XmlLayout::OneLine) + "\n";
}

}  // namespace stampede
