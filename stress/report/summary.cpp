#include "stress/report/summary.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "harts/report/forms/text.h"

namespace stampede {
namespace {

// 1234567890 → "1.23 G".
std::string scaled(double number) {
    constexpr std::string_view units[] = {"", " k", " M", " G", " T", " P"};
    std::size_t unit = 0;
    while (number >= 1000 && unit + 1 < std::size(units)) {
        number /= 1000;
        ++unit;
    }
    return unit == 0 ? fmt::format("{:.0f}", number) : fmt::format("{:.3g}{}", number, units[unit]);
}

void row(std::string& text, std::string_view name, const std::string& value) {
    text += fmt::format("  {:<14}{}\n", name, value);
}

std::string end_text(const RunReport& report, const RunOutcome& outcome) {
    if (report.verdict == Verdict::Passed && outcome.audited) {
        return "passed; audited, nothing leaked";
    }
    const std::size_t number = report.findings.size();
    std::string text = report.verdict == Verdict::Findings
                           ? fmt::format("{} finding{}", number, number == 1 ? "" : "s")
                           : std::string(name_of(report.verdict));
    if (report.verdict == Verdict::Findings && outcome.end == RunEnd::Interrupted) {
        text += "; interrupted";
    }
    return text + (outcome.audited ? "; audited" : "; not audited");
}

std::string instructions_text(const std::vector<u64>& instructions) {
    const u64 all = std::accumulate(instructions.begin(), instructions.end(), u64{0});
    std::string text = scaled(static_cast<double>(all)) + " in all; by hart";
    for (const u64 count : instructions) {
        const double share =
            all == 0 ? 0 : 100.0 * static_cast<double>(count) / static_cast<double>(all);
        text += fmt::format(" {:.1f}%", share);
    }
    return text;
}

// What was not reported is never silent: how often, and by which rule.
std::string suppressed_text(const std::map<std::string, u64>& rules) {
    u64 all = 0;
    std::string by_rule;
    for (const auto& [rule, number] : rules) {
        all += number;
        by_rule += fmt::format("{}{} {}", by_rule.empty() ? "" : ", ", grouped(number), rule);
    }
    return fmt::format("{} in all; by rule {}", grouped(all), by_rule);
}

// Whose kernel it is.
std::string kernel_text(const std::map<std::string, std::string>& options) {
    for (const auto& [option, before] :
         {std::pair("xv6", ""), {"kernel", "kernel "}, {"policy", "policy "}}) {
        if (const auto value = options.find(option); value != options.end()) {
            return before + value->second;
        }
    }
    return "";
}

}  // namespace

std::string grouped(u64 number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) {
        at -= 3;
        text.insert(at, ",");
    }
    return text;
}

std::string progress_text(const std::string& workload, const RunProgress& progress) {
    const std::string findings =
        progress.findings == 0 ? "no findings" : fmt::format("{} findings", progress.findings);
    return fmt::format("{}  {:.1f} s  {} operations  {} instructions  {}", workload,
                       progress.elapsed.count(), grouped(progress.operations),
                       scaled(static_cast<double>(progress.instructions)), findings);
}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(const std::string& workload, const RunProgress& progress) {
    if (where_ == Where::Terminal) {
        fmt::print(stderr, "\r{}\033[K", progress_text(workload, progress));
        shown_ = true;
    }
}

void ProgressLine::clear() {
    if (shown_) {
        fmt::print(stderr, "\r\033[K");
        shown_ = false;
    }
}

std::string summary_text(const RunReport& report, const RunOutcome& outcome) {
    std::string text;
    for (const Finding& finding : report.findings) {
        Finding shown = finding;
        shown.reproduce.clear();  // it stands once, at the end
        text += report_text(shown) + "\n";
    }
    text += fmt::format("{}: {}\n", report.options.at("workload"), end_text(report, outcome));
    row(text, "machine",
        fmt::format("{} harts on {} host cores, {}, {}, seed {}", report.options.at("cpus"),
                    report.host.cores, report.options.at("memory"), kernel_text(report.options),
                    report.options.at("seed")));
    row(text, "time", fmt::format("{:.2f} s wall, {:.2f} s CPU", report.wall_s, report.cpu_s));
    row(text, "instructions", instructions_text(report.instructions));
    for (const auto& [name, number] : report.operations) {
        if (number == 0) {
            continue;  // it counts none
        }
        row(text, "operations",
            fmt::format("{} {}, {} a CPU second", grouped(number), name,
                        scaled(report.cpu_s > 0 ? static_cast<double>(number) / report.cpu_s : 0)));
    }
    if (report.frames.total != 0) {
        row(text, "frames",
            fmt::format("{} in all; free before {}, after {}; most in use {}",
                        grouped(report.frames.total), grouped(report.frames.free_before),
                        grouped(report.frames.free_after), grouped(report.frames.peak)));
        row(text, "copy-on-write",
            fmt::format("{} copied, {} taken over, {} killed for want of memory",
                        grouped(report.cow.copied), grouped(report.cow.taken_over),
                        grouped(report.cow.oom_kills)));
        row(text, "processes",
            fmt::format("{} alive at once at most", grouped(outcome.processes_peak)));
    }
    if (outcome.moments.audits != 0) {
        row(text, "audits",
            fmt::format(
                "{} at chosen moments, {} of them with counts and free lists; {:.1f}% of the time",
                grouped(outcome.moments.audits), grouped(outcome.moments.with_counts),
                report.wall_s > 0 ? 100 * outcome.moments.seconds / report.wall_s : 0));
    }
    if (const auto counts = std::ranges::find(report.inferred, "counts", &InferredPart::name);
        counts != report.inferred.end()) {
        row(text, "counts", (counts->found ? "" : "none: ") + counts->how);
    }
    if (!report.oracles.empty()) {
        row(text, "oracles", oracle_list_text(report.oracles));
    }
    if (!report.suppressed.empty()) {
        row(text, "suppressed", suppressed_text(report.suppressed));
    }
    return text;
}

}  // namespace stampede
