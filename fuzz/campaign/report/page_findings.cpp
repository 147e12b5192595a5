#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fuzz/campaign/report/page_parts.h"
#include "harts/report/forms/text.h"

namespace stampede::campaign {
namespace {

constexpr u32 lines_around = 2;
constexpr std::size_t frames_with_source = 3;  // of a stack: the inner ones say what happened

std::string badges(const ReportedFinding& one) {
    const FindingRecord& record = one.record;
    std::string text;
    const auto add = [&](std::string_view kind, const std::string& words) {
        text += fmt::format("<span class=\"badge {}\">{}</span>", kind, words);
    };
    if (one.is_new) {
        add("new", "new");
    }
    if (!one.seen) {
        add("", "not this time");
    }
    if (!record.triaged) {
        add("", "not looked at");
    } else if (record.tried == 0) {
        add("", "not repeatable");
    } else {
        add(record.flaky() ? "flaky" : "",
            fmt::format("{}{} of {}", record.flaky() ? "flaky: " : "again ", record.showed,
                        record.tried));
    }
    return text;
}

std::string source_of(const SourceLocation& place, SourceLines& source) {
    const u32 first = place.line > lines_around ? place.line - lines_around : 1;
    const auto lines = place.line == 0 ? std::vector<SourceLine>()
                                       : source.lines(place.file, first, place.line + lines_around);
    if (lines.empty()) {
        return "";
    }
    std::string text = "<pre>";
    for (const SourceLine& line : lines) {
        const std::string shown = fmt::format("<i>{:5}</i> {}", line.number, html(line.text));
        text +=
            line.number == place.line ? "<span class=\"here\">" + shown + "</span>" : shown + "\n";
    }
    return text + "</pre>";
}

std::string stack_of(const FindingStack& stack, SourceLines& source) {
    const std::string party = party_text(stack);
    std::string text =
        fmt::format("<h3>{}{}{}</h3>", html(stack.role), party.empty() ? "" : ", ", html(party));
    for (const std::string& line : party_lines(stack)) {
        text += fmt::format("<p class=\"soft\">{}</p>", html(line));
    }
    for (std::size_t n = 0; n < stack.frames.size(); ++n) {
        text += fmt::format("<div class=\"frame\">#{} {}</div>", n,
                            html(location_text(stack.frames[n])));
        text += n < frames_with_source ? source_of(stack.frames[n], source) : "";
    }
    return text;
}

std::string place_of(const SourceLocation& place) {
    return place.file.empty() ? place.function
                              : fmt::format("{} at {}:{}", place.function, place.file, place.line);
}

std::string row(const ReportedFinding& one, SourceLines& source) {
    const Finding& finding = one.finding;
    std::string text = fmt::format(
        "<details class=\"finding\"><summary><span class=\"kind\">{}</span><span>{}<span "
        "class=\"place\">{}</span></span>"
        "<span "
        "class=\"number\">{}</span><span>{}</span><span>{}</span><span>{}</span></summary><div>",
        name_of(finding.kind), html(finding.title), html(place_of(finding.where.source)),
        grouped(finding.count), html(fmt::format("{}", fmt::join(one.record.policies, ", "))),
        fmt::join(one.record.harts, ", "), badges(one));
    text += fmt::format("<p class=\"detail\">{}</p>", html(finding.detail));
    if (!finding.reproduce.empty()) {
        text += fmt::format("<h3>Show it again</h3><pre class=\"command\">{}</pre>",
                            html(shell_line(finding.reproduce)));
    }
    if (!one.program.empty()) {
        text += fmt::format("<h3>The program{}</h3><pre>{}</pre>",
                            one.record.note.empty() ? "" : html(": " + one.record.note),
                            html(one.program));
    } else if (!one.record.note.empty()) {
        text += fmt::format("<p class=\"soft\">{}</p>", html(one.record.note));
    }
    for (const FindingStack& stack : finding.stacks) {
        text += stack_of(stack, source);
    }
    return text + fmt::format(
                      "<p class=\"soft\">findings/{}; first in run {}, by {}</p></div></details>\n",
                      finding.key(), one.record.first_run,
                      html(fmt::format("{}", fmt::join(one.record.kinds, ", "))));
}

}  // namespace

std::string findings_part(const CampaignReport& report, SourceLines& source) {
    if (report.findings.empty()) {
        return "";
    }
    std::string text =
        "<h2>Findings</h2>\n<div class=\"head\"><span>kind</span><span>what</span><span "
        "class=\"number\">times</span><span>kernels</span>"
        "<span>harts</span><span></span></div>\n";
    for (const ReportedFinding& finding : report.findings) {
        text += row(finding, source);
    }
    return text;
}

}  // namespace stampede::campaign
