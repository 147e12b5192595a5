#include "bench/scalability/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <thread>

#include "bench/support/emulator.h"
#include "harts/report/page/html.h"
#include "harts/report/page/page_style.h"
#include "harts/report/page/plot.h"

namespace stampede::bench {
namespace {

std::string harts_text(unsigned harts) {
    return fmt::format("{} hart{}", harts, harts == 1 ? "" : "s");
}

std::string row(const char* cell, const std::vector<std::string>& cells) {
    std::string text = "<tr>";
    for (std::size_t n = 0; n < cells.size(); ++n) {
        text +=
            fmt::format("<{}{}>{}</{}>", cell, n == 0 ? "" : " class=\"number\"", cells[n], cell);
    }
    return text + "</tr>\n";
}

std::string table(const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows) {
    std::string text = "<div class=\"wide\"><table>" + row("th", head);
    for (const auto& cells : rows) {
        text += row("td", cells);
    }
    return text + "</table></div>\n";
}

// Curves of one program, in the policies' order.
std::vector<const Curve*> of_program(const Results& results, const std::string& program) {
    std::vector<const Curve*> all;
    for (const Curve& curve : results.curves) {
        if (curve.program == program) {
            all.push_back(&curve);
        }
    }
    return all;
}

std::vector<std::string> programs(const Results& results) {
    std::vector<std::string> all;
    for (const Curve& curve : results.curves) {
        if (std::ranges::find(all, curve.program) == all.end()) {
            all.push_back(curve.program);
        }
    }
    return all;
}

// The horizontal axis is the logarithm of the number of harts.
std::string plot_of(const std::vector<const Curve*>& curves, const std::string& title,
                    const std::function<double(const Curve&, const Measurement&)>& value,
                    const std::function<double(const ScalabilityLaw&, double)>& law) {
    constexpr unsigned pieces = 8;  // of the law's curve, a doubling
    Plot plot{.title = title, .series = {}, .ticks = {}};
    for (const Curve* curve : curves) {
        PlotSeries& series = plot.series.emplace_back();
        series.name = curve->policy;
        series.colour = static_cast<unsigned>(plot.series.size() - 1);
        double most = 0;
        for (const Measurement& point : curve->points) {
            const double x = std::log2(point.point.harts);
            series.points.push_back({x, value(*curve, point)});
            most = std::max(most, x);
            if (std::ranges::find(plot.ticks, x, &PlotTick::at) == plot.ticks.end()) {
                plot.ticks.push_back({x, std::to_string(point.point.harts)});
            }
        }
        for (unsigned n = 0; curve->law && n <= most * pieces; ++n) {
            const double x = static_cast<double>(n) / pieces;
            series.fit.push_back({x, law(*curve->law, std::exp2(x))});
        }
    }
    std::ranges::sort(plot.ticks, {}, &PlotTick::at);
    return svg_of(plot);
}

std::string figures_of(const std::vector<const Curve*>& curves) {
    std::vector<std::string> head{"kernel"};
    for (const Measurement& point : curves.front()->points) {
        head.push_back(harts_text(point.point.harts));
    }
    for (const char* more : {"serial", "each for each", "off by"}) {
        head.emplace_back(more);
    }
    std::vector<std::vector<std::string>> rows, host;
    for (const Curve* curve : curves) {
        std::vector<std::string> cells{html(curve->policy)}, wall{html(curve->policy)};
        for (const Measurement& point : curve->points) {
            const auto efficiency = curve->efficiency(point);
            cells.push_back(short_number(point.per_second) +
                            (efficiency
                                 ? fmt::format(" <span class=\"soft\">{:.2f}</span>", *efficiency)
                                 : ""));
            if (point.host_per_second) {
                const bool over = point.point.harts > std::thread::hardware_concurrency();
                const std::string number = short_number(*point.host_per_second);
                wall.push_back(over ? "<span class=\"soft\">" + number + " *</span>" : number);
            }
        }
        if (curve->law) {
            cells.push_back(fmt::format("{:.4f}", curve->law->contention));
            cells.push_back(fmt::format("{:.6f}", curve->law->coherency));
            cells.push_back(fmt::format("{:.0f} %", 100 * curve->law->error));
        } else {
            cells.insert(cells.end(), 3, "");
        }
        rows.push_back(std::move(cells));
        if (wall.size() > 1) {
            host.push_back(std::move(wall));
        }
    }
    std::string text =
        "<p class=\"soft\">Operations an emulated second, and efficiency against one hart; the "
        "universal scalability law's two coefficients and what it is off by.</p>" +
        table(head, rows);
    if (!host.empty()) {
        head.resize(head.size() - 3);
        text +=
            "<p class=\"soft\">On this host, a thread a hart: operations a second of wall time. * "
            "more harts than cores: what oversubscription gives, no scalability.</p>" +
            table(head, host);
    }
    return text;
}

std::string share(double part) { return fmt::format("{:.1f} %", 100 * part); }

// Of the most harts that were measured.
std::string hot_memory(const Curve& curve) {
    constexpr double worth_telling = 0.001;
    const Measurement& point = curve.points.back();
    std::vector<std::vector<std::string>> locks, lines;
    for (const HotLock& lock : point.locks) {
        if (lock.waited >= worth_telling) {
            locks.push_back({html(lock.name), std::to_string(lock.waits), share(lock.waited)});
        }
    }
    for (const HotLine& line : point.lines) {
        if (line.stalled >= worth_telling) {
            lines.push_back({html(line.name), std::to_string(line.transfers), share(line.stalled)});
        }
    }
    std::string text = fmt::format(
        "<details class=\"finding\"><summary style=\"display:block\"><b>{}</b>, {} harts <span "
        "class=\"soft\">{} of the time spent waiting for locks, {} for lines "
        "({} handed on)</span></summary><div>",
        html(curve.policy), point.point.harts, share(point.waited), share(point.stalled),
        point.transfers);
    if (!locks.empty()) {
        text += table({"lock", "waited for", "share of all time"}, locks);
    }
    if (!lines.empty()) {
        text += table({"what lies on the line", "handed on", "share of all time"}, lines);
    }
    return text + (locks.empty() && lines.empty() ? "<p>nothing worth telling</p>" : "") +
           "</div></details>\n";
}

std::string program_part(const Results& results, const std::string& program) {
    const auto curves = of_program(results, program);
    std::string text =
        fmt::format("<h2>{}</h2>\n<div class=\"plots\">", html(program)) +
        plot_of(
            curves, "Operations an emulated second",
            [](const Curve&, const Measurement& m) { return m.per_second; },
            [](const ScalabilityLaw& law, double harts) { return law.at(harts); }) +
        plot_of(
            curves, "Efficiency against one hart",
            [](const Curve& c, const Measurement& m) { return c.efficiency(m).value_or(0); },
            [](const ScalabilityLaw& law, double harts) {
                return law.at(harts) / (law.single * harts);
            }) +
        "</div>\n" + figures_of(curves);
    for (const Curve* curve : curves) {
        text += hot_memory(*curve);
    }
    return text;
}

std::string commuting_part(const std::vector<CommutativityOfPolicy>& all) {
    if (all.empty()) {
        return "";
    }
    std::string text =
        "<h2>Operations that commute</h2>\n<p class=\"soft\">Two processes, a hart each, do what "
        "commutes; a pair conflicts where both access a line and one writes it.</p>\n";
    for (const CommutativityOfPolicy& policy : all) {
        std::vector<std::vector<std::string>> rows;
        for (const CommutingPair& pair : policy.pairs) {
            if (pair.lines != 0) {
                std::string names;
                for (const std::string& name : pair.conflicts) {
                    names += (names.empty() ? "" : "<br>") + html(name);
                }
                rows.push_back(
                    {pair.first + ", " + pair.second, std::to_string(pair.lines), names});
            }
        }
        text += fmt::format(
            "<details class=\"finding\"><summary style=\"display:block\"><b>{}</b> <span "
            "class=\"soft\">{} of {} pairs without a conflicting line, {:.1f} "
            "%</span></summary><div>{}</div></details>\n",
            html(policy.policy), policy.free_of_conflict(), policy.pairs.size(),
            100.0 * static_cast<double>(policy.free_of_conflict()) /
                static_cast<double>(policy.pairs.size()),
            rows.empty() ? "<p>no pair conflicts</p>"
                         : table({"operations", "lines", "what lies on them"}, rows));
    }
    return text;
}

std::string comparison_part(const ReportComparison* comparison, double limit) {
    if (comparison == nullptr) {
        return "";
    }
    return fmt::format("<h2>Against the older report</h2>\n<pre>{}</pre>\n",
                       html(comparison_text(*comparison, limit)));
}

}  // namespace

std::string report_page(const Results& results, const ReportComparison* comparison, double limit) {
    std::string text = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\"><title>Scalability: Stampede</title>"
        "<style>{}</style></head><body>\n<div class=\"verdict good\"><h1>Scalability</h1><p "
        "class=\"soft\">Emulated time: a cycle of 1 ns an instruction; a line of memory costs {} "
        "cycles to share, {} to "
        "get from its writer, {} to take for a store, {} to make one's own, {} for an atomic. "
        "Windows of {} ms. The host: {}.</p></div>\n",
        page_style, results.costs.load_shared, results.costs.load_exclusive, results.costs.store,
        results.costs.upgrade, results.costs.atomic, static_cast<double>(results.window) / 1e6,
        html(host_description()));
    text += comparison_part(comparison, limit);
    for (const std::string& program : programs(results)) {
        text += program_part(results, program);
    }
    return text + commuting_part(results.commuting) + "</body></html>\n";
}

std::string report_text(const Results& results) {
    std::string text;
    for (const std::string& program : programs(results)) {
        const auto curves = of_program(results, program);
        text += fmt::format("{:<16}", program);
        for (const Measurement& point : curves.front()->points) {
            text += fmt::format(" {:>14}", harts_text(point.point.harts));
        }
        text += "  serial  each for each\n";
        for (const Curve* curve : curves) {
            text += fmt::format("{:<16}", curve->policy);
            for (const Measurement& point : curve->points) {
                const auto efficiency = curve->efficiency(point);
                text += fmt::format(" {:>14}",
                                    short_number(point.per_second) +
                                        (efficiency ? fmt::format("  {:.2f}", *efficiency) : ""));
            }
            text += curve->law ? fmt::format("  {:.4f}  {:.6f}\n", curve->law->contention,
                                             curve->law->coherency)
                               : "\n";
        }
    }
    for (const CommutativityOfPolicy& policy : results.commuting) {
        text += fmt::format(
            "{:<16} {} of {} pairs of operations that commute have no conflicting line\n",
            policy.policy, policy.free_of_conflict(), policy.pairs.size());
    }
    return text;
}

}  // namespace stampede::bench
