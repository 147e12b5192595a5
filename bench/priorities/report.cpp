#include "bench/priorities/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "harts/report/page/html.h"
#include "harts/report/page/page_style.h"
#include "harts/report/page/plot.h"

namespace stampede::bench {
namespace {

std::vector<PlotTick> ticks_for(const std::vector<SampledProcess>& processes) {
    double last = 0;
    for (const SampledProcess& process : processes) {
        last = std::max(last, process.samples.back().ms);
    }
    std::vector<PlotTick> ticks;
    for (const double ms : round_steps(std::floor(last / 100) * 100)) {
        ticks.push_back({ms, fmt::format("{:.0f}", ms)});
    }
    return ticks;
}

PlotSeries series_of(const SampledProcess& process, unsigned colour) {
    PlotSeries series{.name = process.name, .points = {}, .fit = {}, .colour = colour};
    for (const PrioritySample& sample : process.samples) {
        series.points.push_back({sample.ms, static_cast<double>(sample.dynamic_priority)});
    }
    return series;
}

std::string title(const SampledProcess& process) {
    const PrioritySample &first = process.samples.front(), &last = process.samples.back();
    return first.static_priority == last.static_priority
               ? fmt::format("{}: static priority {}", process.name, first.static_priority)
               : fmt::format("{}: static priority {}, then {}", process.name, first.static_priority,
                             last.static_priority);
}

double mean_of(const SampledProcess& process) {
    double sum = 0;
    for (const PrioritySample& sample : process.samples) {
        sum += sample.dynamic_priority;
    }
    return sum / static_cast<double>(process.samples.size());
}

}  // namespace

std::string priorities_text(const std::vector<SampledProcess>& processes) {
    std::string text = fmt::format("{:<12} {:>8} {:>22} {:>8} {:>8}\n", "process", "static",
                                   "dynamic, least to most", "mean", "turns");
    for (const SampledProcess& process : processes) {
        const auto [least, most] =
            std::ranges::minmax(process.samples, {}, &PrioritySample::dynamic_priority);
        const PrioritySample &first = process.samples.front(), &last = process.samples.back();
        const std::string fixed =
            first.static_priority == last.static_priority
                ? std::to_string(first.static_priority)
                : fmt::format("{}, {}", first.static_priority, last.static_priority);
        text += fmt::format("{:<12} {:>8} {:>22} {:>8.1f} {:>8}\n", process.name, fixed,
                            fmt::format("{} to {}", least.dynamic_priority, most.dynamic_priority),
                            mean_of(process), last.turns);
    }
    return text;
}

std::string priorities_page(const std::vector<SampledProcess>& processes) {
    const std::vector<PlotTick> ticks = ticks_for(processes);
    std::string text = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\"><title>Priorities: Stampede</title>"
        "<style>{}</style></head><body>\n<div class=\"verdict good\"><h1>Priorities</h1><p "
        "class=\"soft\">Dynamic priority of each process over guest time in milliseconds, "
        "scheduler=pbs "
        "on one hart: the lowest runs first. One process computes, one mostly sleeps, one computes "
        "and is given a better priority midway.</p></div>\n",
        page_style);
    Plot together{.title = "Dynamic priority", .series = {}, .ticks = ticks, .least_top = 100};
    std::string single;
    for (const SampledProcess& process : processes) {
        const auto colour = static_cast<unsigned>(together.series.size());
        together.series.push_back(series_of(process, colour));
        single += svg_of({.title = title(process),
                          .series = {series_of(process, colour)},
                          .ticks = ticks,
                          .least_top = 100});
    }
    return text + svg_of(together) + "<div class=\"plots\">" + single + "</div>\n<pre>" +
           html(priorities_text(processes)) + "</pre>\n</body></html>\n";
}

std::string priorities_json(const std::vector<SampledProcess>& processes) {
    nlohmann::ordered_json json{
        {"schema", "stampede.priorities/1"},
        {"context", {{"policy", "kmem"}, {"cpus", 1}, {"time", "counted"}, {"scheduler", "pbs"}}},
        {"processes", nlohmann::ordered_json::array()}};
    for (const SampledProcess& process : processes) {
        nlohmann::ordered_json one{{"name", process.name},
                                   {"samples", nlohmann::ordered_json::array()}};
        for (const PrioritySample& sample : process.samples) {
            one["samples"].push_back({{"ms", sample.ms},
                                      {"static", sample.static_priority},
                                      {"index", sample.index},
                                      {"dynamic", sample.dynamic_priority},
                                      {"turns", sample.turns}});
        }
        json["processes"].push_back(std::move(one));
    }
    return json.dump(1) + "\n";
}

}  // namespace stampede::bench
