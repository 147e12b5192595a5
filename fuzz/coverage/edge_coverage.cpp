#include "fuzz/coverage/edge_coverage.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace stampede::fuzz {

EdgeCoverage::EdgeCoverage(const std::vector<GuestBranch>& branches,
                           const std::vector<std::string>& folders) {
    for (const GuestBranch& branch : branches) {
        if (std::ranges::count(folders, folder_of(branch.file)) != 0) {
            edges_.push_back({branch, Branch::NotTaken});
            edges_.push_back({branch, Branch::Taken});
        }
    }
}

void EdgeCoverage::add(std::span<const u8> counters) {
    for (Edge& edge : edges_) {
        edge.hits += counters[edge.branch.offset + static_cast<u64>(edge.way)];
    }
}

std::vector<FunctionCoverage> EdgeCoverage::functions() const {
    std::map<std::tuple<std::string, std::string, std::string>, FunctionCoverage> by_name;
    for (const Edge& edge : edges_) {
        const std::string folder = folder_of(edge.branch.file);
        FunctionCoverage& function = by_name[{folder, edge.branch.function, edge.branch.file}];
        function.folder = folder;
        function.function = edge.branch.function;
        function.file = edge.branch.file;
        function.share.add(edge);
        function.edges.push_back(edge);
    }
    std::vector<FunctionCoverage> all;
    for (auto& [name, function] : by_name) {
        std::ranges::sort(function.edges, {}, [](const Edge& edge) {
            return std::tuple(edge.branch.line, edge.branch.offset, edge.way);
        });
        all.push_back(std::move(function));
    }
    return all;
}

Share total_of(const std::vector<FunctionCoverage>& functions) {
    Share total;
    for (const FunctionCoverage& function : functions) {
        total.edges += function.share.edges;
        total.covered += function.share.covered;
    }
    return total;
}

}  // namespace stampede::fuzz
