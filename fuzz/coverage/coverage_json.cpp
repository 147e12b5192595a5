#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "fuzz/coverage/coverage_report.h"

namespace stampede::fuzz {
namespace {

using Json = nlohmann::ordered_json;

Json share_json(const Share& share) {
    return {{"edges", share.edges}, {"covered", share.covered}, {"percent", share.percent()}};
}

Json lines_json(const FunctionCoverage& function) {
    struct Line {
        Share share;
        u64 hits = 0;
    };
    std::map<u32, Line> lines;
    for (const Edge& edge : function.edges) {
        lines[edge.branch.line].share.add(edge);
        lines[edge.branch.line].hits += edge.hits;
    }
    Json all = Json::array();
    for (const auto& [number, line] : lines) {
        all.push_back({{"line", number},
                       {"edges", line.share.edges},
                       {"covered", line.share.covered},
                       {"hits", line.hits}});
    }
    return all;
}

}  // namespace

std::string coverage_json(const CoverageReport& report) {
    Json functions = Json::array();
    for (const FunctionCoverage& function : report.functions) {
        const bool reachable = std::ranges::count(report.reachable, function.function,
                                                  &FunctionCoverage::function) != 0;
        functions.push_back({{"function", function.function},
                             {"file", function.file},
                             {"edges", function.share.edges},
                             {"covered", function.share.covered},
                             {"reachable", reachable},
                             {"lines", lines_json(function)}});
    }
    const Json all{{"schema", "stampede.coverage/1"},
                   {"policy", report.policy},
                   {"programs", report.programs},
                   {"total", share_json(total_of(report.functions))},
                   {"reachable", share_json(total_of(report.reachable))},
                   {"functions", functions}};
    return all.dump(2) + "\n";
}

}  // namespace stampede::fuzz
