#include "fuzz/campaign/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "harts/report/xml.h"

namespace stampede::campaign {
namespace {

// Of the drawing; it is scaled to the page.
constexpr double width = 560, height = 240, left = 58, right = 14, top = 10, bottom = 30;

struct Scale {
    double most_s, most_value;
    [[nodiscard]] double x(double at_s) const { return left + (width - left - right) * at_s / most_s; }
    [[nodiscard]] double y(double value) const { return height - bottom - (height - top - bottom) * value / most_value; }
};

// Steps of time that people count in.
std::vector<double> time_steps(double most_s) {
    constexpr std::array steps{1., 2., 5., 10., 15., 30., 60., 120., 300., 600., 900., 1800., 3600., 7200., 14400., 28800., 43200., 86400.};
    const auto step = std::ranges::find_if(steps, [&](double one) { return most_s / one <= 6; });
    const double width_s = step != steps.end() ? *step : round_steps(most_s / 86400)[1] * 86400;
    std::vector<double> all;
    for (double at = 0; at <= most_s; at += width_s) {
        all.push_back(at);
    }
    return all;
}

std::string axes(const Scale& scale) {
    std::string svg;
    for (const double value : round_steps(scale.most_value)) {
        svg += fmt::format("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>", left, width - right, scale.y(value),
                           scale.y(value));
        svg += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>", left - 6, scale.y(value) + 4, short_number(value));
    }
    for (const double at : time_steps(scale.most_s)) {
        svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>", scale.x(at), height - 10, time_text(at));
    }
    return svg;
}

std::string line_of(const Curve& curve, const Scale& scale, std::size_t number, const std::string& name) {
    std::string points;
    for (const Point& point : curve) {
        points += fmt::format("{:.1f},{:.1f} ", scale.x(point.at_s), scale.y(static_cast<double>(point.value)));
    }
    return fmt::format("<polyline class=\"s{}\" points=\"{}\"><title>{}</title></polyline>", number, points, xml_escape(name, XmlPlace::Text));
}

}  // namespace

std::vector<double> round_steps(double most) {
    const double whole = std::max(most, 1.0);
    const double power = std::pow(10, std::floor(std::log10(whole)));
    double step = power / 5;
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

std::string time_text(double seconds) {
    constexpr double minute = 60, hour = 3600, day = 86400;
    const auto text = [](double number, const char* unit) { return fmt::format("{:.3g} {}", std::round(number * 10) / 10, unit); };
    return seconds < 2 * minute ? text(seconds, "s") : seconds < 2 * hour ? text(seconds / minute, "min")
           : seconds < 2 * day ? text(seconds / hour, "h") : text(seconds / day, "d");
}

std::string short_number(double number) {
    const auto text = [](double value, const char* unit) { return fmt::format("{:.3g}{}", value, unit); };
    return number < 10'000 ? fmt::format("{:.0f}", number) : number < 1e6 ? text(number / 1e3, " k")
           : number < 1e9 ? text(number / 1e6, " M") : text(number / 1e9, " G");
}

std::string plot(std::string_view title, const std::vector<Series>& series) {
    Scale scale{1, 1};
    for (const Series& one : series) {
        for (const Point& point : one.curve) {
            scale.most_s = std::max(scale.most_s, point.at_s);
            scale.most_value = std::max(scale.most_value, static_cast<double>(point.value));
        }
    }
    scale.most_value = round_steps(scale.most_value).back();
    std::string lines, legend;
    for (std::size_t n = 0; n < series.size(); ++n) {
        lines += line_of(series[n].curve, scale, n % 6, series[n].name);
        legend += fmt::format("<span class=\"s{}\">{}</span> ", n % 6, xml_escape(series[n].name, XmlPlace::Text));
    }
    return fmt::format("<figure><figcaption>{}{}</figcaption><svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">{}{}</svg></figure>\n",
                       xml_escape(title, XmlPlace::Text), series.size() > 1 ? " <span class=\"legend\">" + legend + "</span>" : "", width, height,
                       xml_escape(title, XmlPlace::Attribute), axes(scale), lines);
}

}  // namespace stampede::campaign
