#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "fuzz/campaign/report/page_parts.h"

namespace stampede::campaign {
namespace {

constexpr u32 lines_around = 2;

std::string percent(u64 covered, u64 edges) {
    return edges == 0 ? "–" : fmt::format("{} %", covered * 100 / edges);
}

std::string line_class(const LineCoverage* line) {
    return line == nullptr || line->edges == 0 ? "plain"
           : line->covered == 0                ? "missed"
           : line->covered < line->edges       ? "half"
                                               : "covered";
}

std::string line_text(u32 number, const LineCoverage* line, const std::string& source) {
    const std::string numbers =
        line == nullptr ? std::string(16, ' ')
                        : fmt::format("{:>3}/{:<3} {:>8}", line->covered, line->edges, line->hits);
    return fmt::format("<span class=\"{}\"><i>{:5} {}</i>  {}</span>", line_class(line), number,
                       numbers, html(source));
}

// Without a source: only the lines that have branches.
std::string annotated(const FunctionCoverage& function, SourceLines& source) {
    std::map<u32, const LineCoverage*> known;
    for (const LineCoverage& line : function.lines) {
        if (line.line != 0) {  // 0: nobody knows where
            known[line.line] = &line;
        }
    }
    if (known.empty()) {
        return "";
    }
    const u32 first = known.begin()->first, last = known.rbegin()->first;
    std::map<u32, std::string> texts;
    for (SourceLine& line : source.lines(
             function.file, first > lines_around ? first - lines_around : 1, last + lines_around)) {
        texts[line.number] = std::move(line.text);
    }
    if (texts.empty()) {
        for (const auto& [number, line] : known) {
            texts[number];
        }
    }
    std::string text = "<pre><i> line ways covered, times</i>\n";
    for (const auto& [number, content] : texts) {
        const auto line = known.find(number);
        text += line_text(number, line != known.end() ? line->second : nullptr, content);
    }
    return text + "</pre>";
}

std::string function_row(const FunctionCoverage& function, SourceLines& source) {
    return fmt::format(
        "<details class=\"function\"><summary><span>{}</span><span class=\"soft\">{}</span><span "
        "class=\"number\">{} of {}</span>"
        "<meter min=\"0\" max=\"{}\" value=\"{}\">{}</meter></summary>{}</details>\n",
        html(function.function),
        html(function.file) + (function.reachable ? "" : "; no program reaches it"),
        function.covered, function.edges, std::max<u64>(function.edges, 1), function.covered,
        percent(function.covered, function.edges), annotated(function, source));
}

std::string policy_part(const ReportedPolicy& policy, SourceLines& source) {
    if (!policy.coverage) {
        return fmt::format("<p class=\"soft\">{}: none, {}.</p>\n", html(policy.name),
                           html(policy.no_coverage));
    }
    const PolicyCoverage& coverage = *policy.coverage;
    std::vector<const FunctionCoverage*> functions;
    for (const FunctionCoverage& function : coverage.functions) {
        functions.push_back(&function);
    }
    std::ranges::sort(functions, {}, [](const FunctionCoverage* one) {
        return std::tuple(!one->reachable,
                          static_cast<i64>(one->covered) - static_cast<i64>(one->edges), one->file,
                          one->function);
    });
    std::string text = fmt::format(
        "<details><summary><b>{}</b>: {} of {} ways of branches ({}), by {} programs; what is "
        "missing most first</summary>\n",
        html(policy.name), grouped(coverage.covered), grouped(coverage.edges),
        percent(coverage.covered, coverage.edges), grouped(coverage.programs));
    for (const FunctionCoverage* function : functions) {
        text += function_row(*function, source);
    }
    return text + "</details>\n";
}

}  // namespace

std::string coverage_part(const CampaignReport& report, SourceLines& source) {
    std::string text = "<h2>Coverage by function</h2>\n";
    for (const ReportedPolicy& policy : report.policies) {
        text += policy_part(policy, source);
    }
    return text;
}

}  // namespace stampede::campaign
