#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "fuzz/campaign/report/page_parts.h"
#include "fuzz/campaign/report/plot.h"
#include "fuzz/campaign/slots/slot_command.h"
#include "harts/report/page/page_style.h"

namespace stampede::campaign {
namespace {

constexpr std::size_t gains_shown = 8;

std::string plural(u64 number, const std::string& word) {
    return fmt::format("{} {}{}", grouped(number), word, number == 1 ? "" : "s");
}

std::string verdict_words(const CampaignReport& report) {
    if (report.exit_status() == 1) {
        return report.finished ? "Nothing could be run" : "Nothing has been run yet";
    }
    if (report.seen() == 0) {
        return report.finished ? "Nothing found" : "Nothing found so far";
    }
    return fmt::format("{}, {} new", plural(report.seen(), "finding"),
                       report.fresh() == 0 ? "none" : grouped(report.fresh()));
}

std::string head(const CampaignReport& report) {
    const RunRecord& run = report.state.run;
    return fmt::format(
        "<div class=\"verdict {}\"><h1>{}</h1><p class=\"soft\">Run {}, begun {:%Y-%m-%d %H:%M} "
        "UTC; {}{} on {} cores{}{}</p></div>\n",
        report.exit_status() == 0 ? "good" : "bad", verdict_words(report), run.number,
        fmt::gmtime(static_cast<std::time_t>(run.started)), time_text(run.worked_s),
        report.finished ? "" : " until now", report.host.cores,
        report.host.model.empty() ? "" : " of ", html(report.host.model));
}

std::string tile(const std::string& number, const std::string& name, const std::string& more) {
    return fmt::format("<div class=\"tile\"><b>{}</b>{}<br><small>{}</small></div>\n", number,
                       html(name), html(more));
}

std::string tiles(const CampaignReport& report) {
    const RunRecord& run = report.state.run;
    std::string text =
        "<div class=\"tiles\">\n" +
        tile(grouped(run.executions), "programs and runs",
             run.worked_s > 0 ? fmt::format("{:.0f} a second",
                                            static_cast<double>(run.executions) / run.worked_s)
                              : "") +
        tile(grouped(report.seen()), "findings",
             fmt::format("{} new, {} known in all", report.fresh(), report.findings.size()));
    for (const ReportedPolicy& policy : report.policies) {
        if (policy.record.features == 0) {  // no slot of the kind that counts them ran
            text += tile(grouped(policy.corpus.entries), "programs in the corpus of " + policy.name,
                         "");
            continue;
        }
        const std::string before = policy.features_before
                                       ? fmt::format("{:+} since the last run",
                                                     static_cast<i64>(policy.record.features) -
                                                         static_cast<i64>(*policy.features_before))
                                       : "the first run";
        text += tile(grouped(policy.record.features), "features of " + policy.name,
                     fmt::format("{}; corpus {} programs", before, grouped(policy.corpus.entries)));
    }
    return text + "</div>\n";
}

std::string plots(const CampaignReport& report) {
    std::vector<Series> coverage;
    for (const ReportedPolicy& policy : report.policies) {
        if (policy.record.features != 0) {
            coverage.push_back({policy.name, policy.record.coverage});
        }
    }
    return "<h2>Over time</h2>\n<div class=\"plots\">" +
           plot("Programs and runs, all campaigns together",
                {{"executions", report.state.executed}}) +
           (coverage.empty() ? "" : plot("Coverage: features", coverage)) + "</div>\n";
}

}  // namespace

std::string grouped(u64 number) {
    std::string digits = std::to_string(number);
    for (std::size_t n = digits.size(); n > 3;) {
        n -= 3;
        digits.insert(n, ",");
    }
    return digits;
}

std::string news_part(const CampaignReport& report) {
    if (!report.state.previous) {
        return "";
    }
    std::string items;
    const auto add = [&](const std::string& words) { items += fmt::format("<li>{}</li>", words); };
    for (const ReportedFinding& one : report.findings) {
        if (one.is_new) {
            add(fmt::format("found: {}: {}", name_of(one.finding.kind), html(one.finding.title)));
        }
    }
    for (const ReportedPolicy& policy : report.policies) {
        if (policy.features_before && policy.record.features > *policy.features_before) {
            add(fmt::format("{}: {} more features", html(policy.name),
                            grouped(policy.record.features - *policy.features_before)));
        }
        if (!policy.coverage || !policy.coverage_before) {
            continue;
        }
        const auto all = gains(*policy.coverage_before, *policy.coverage);
        for (std::size_t n = 0; n < std::min(all.size(), gains_shown); ++n) {
            add(fmt::format("{}: {} ways of branches more in {}", html(policy.name), all[n].edges,
                            html(all[n].function)));
        }
        if (all.size() > gains_shown) {
            add(fmt::format("{}: … and in {} more functions", html(policy.name),
                            all.size() - gains_shown));
        }
    }
    return fmt::format("<h2>New since run {}</h2>\n{}\n", report.state.previous->number,
                       items.empty() ? "<p>nothing</p>" : "<ul>" + items + "</ul>");
}

std::string slots_part(const CampaignReport& report) {
    std::string text =
        "<h2>What ran</h2>\n<div class=\"wide\"><table><tr><th>kind</th><th>kernel</th>"
        "<th class=\"number\">harts</th><th class=\"number\">slots</th>"
        "<th class=\"number\">time</th><th class=\"number\">programs, runs</th><th "
        "class=\"number\">a second</th>"
        "<th class=\"number\">findings</th><th>problems</th></tr>\n";
    for (const auto& [key, cell] : report.state.cells) {
        const bool has_rate = cell.seconds > 0 && is_fuzzing(key.kind);
        const std::string rate =
            has_rate ? fmt::format("{:.0f}", static_cast<double>(cell.executions) / cell.seconds)
                     : "";
        text += fmt::format(
            "<tr><td>{}</td><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td "
            "class=\"number\">{}</td>"
            "<td class=\"number\">{}</td><td class=\"number\">{}</td><td "
            "class=\"number\">{}</td><td>{}</td></tr>\n",
            name_of(key.kind), html(key.policy), key.harts, cell.slots, time_text(cell.seconds),
            grouped(cell.executions), rate,
            cell.findings.empty() ? "" : std::to_string(cell.findings.size()),
            cell.problems == 0
                ? ""
                : fmt::format("{}; the last: {}", cell.problems, html(cell.problem)));
    }
    return text + "</table></div>\n";
}

std::string report_page(const CampaignReport& report) {
    SourceLines source(report.source);
    std::string problems;
    for (const std::string& problem : report.problems) {
        problems += fmt::format("<p class=\"problem\">{}</p>\n", html(problem));
    }
    if (report.state.run.left_out != 0) {
        problems += fmt::format(
            "<p class=\"problem\">The corpus is full: {} were left out. --max-corpus gives it more "
            "room.</p>\n",
            plural(report.state.run.left_out, "program"));
    }
    return fmt::format(
               "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
               "name=\"viewport\" content=\"width=device-width\">"
               "<title>{}: Stampede campaign</title><style>{}</style></head><body>\n",
               verdict_words(report), page_style) +
           head(report) + problems + tiles(report) + findings_part(report, source) +
           news_part(report) + plots(report) + slots_part(report) + oracles_part(report) +
           coverage_part(report, source) + "</body></html>\n";
}

}  // namespace stampede::campaign
