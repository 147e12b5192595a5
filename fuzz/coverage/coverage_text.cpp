#include <fmt/format.h>

#include <map>

#include "fuzz/coverage/coverage_report.h"

namespace stampede::fuzz {
namespace {

std::string row(const std::string& name, const Share& share) {
    return fmt::format("{:<60} {:>5} / {:<5} {:5.1f} %\n", name, share.covered, share.edges,
                       share.percent());
}

std::string_view name_of(Branch way) { return way == Branch::Taken ? "taken" : "not taken"; }

}  // namespace

std::string coverage_text(const CoverageReport& report) {
    std::map<std::string, std::string> rows;
    std::map<std::string, Share> folders;
    for (const FunctionCoverage& function : report.functions) {
        rows[function.folder] += row("  " + function.function, function.share);
        folders[function.folder].edges += function.share.edges;
        folders[function.folder].covered += function.share.covered;
    }
    std::string text;
    for (const auto& [folder, share] : folders) {
        text += row(folder + "/", share) + rows[folder];
    }
    const Share all = total_of(report.functions), reachable = total_of(report.reachable);
    text += row(fmt::format("all, kernel {}, {} programs", report.policy, report.programs), all);
    if (reachable != all) {
        text += row(fmt::format("without what no program can reach ({} edges)",
                                all.edges - reachable.edges),
                    reachable);
    }
    return text;
}

std::string uncovered_text(const CoverageReport& report) {
    std::map<std::string, unsigned> lines;
    std::vector<std::string> order;
    for (const FunctionCoverage& function : report.reachable) {
        for (const Edge& edge : function.edges) {
            if (!edge.covered()) {
                const GuestBranch& branch = edge.branch;
                const std::string line = fmt::format("{}:{} {}: {}", branch.file, branch.line,
                                                     function.function, name_of(edge.way));
                if (lines[line]++ == 0) {
                    order.push_back(line);
                }
            }
        }
    }
    std::string text;
    for (const std::string& line : order) {
        text += lines[line] == 1 ? line + "\n" : fmt::format("{} ({} times)\n", line, lines[line]);
    }
    return text;
}

}  // namespace stampede::fuzz
