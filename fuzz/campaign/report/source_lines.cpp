#include "fuzz/campaign/report/source_lines.h"

#include <algorithm>
#include <fstream>

namespace stampede::campaign {

const std::vector<std::string>& SourceLines::file(const std::string& name) {
    const auto [known, is_new] = files_.try_emplace(name);
    const std::filesystem::path path(name);
    const bool inside = path.is_relative() && std::ranges::find(path, "..") == path.end();
    if (is_new && inside && !root_.empty()) {
        std::ifstream in(root_ / path);
        for (std::string line; std::getline(in, line);) {
            known->second.push_back(line);
        }
    }
    return known->second;
}

std::vector<SourceLine> SourceLines::lines(const std::string& name, u32 first, u32 last) {
    const std::vector<std::string>& all = file(name);
    std::vector<SourceLine> some;
    for (u32 number = std::max(first, u32{1}); number <= last && number <= all.size(); ++number) {
        some.push_back({number, all[number - 1]});
    }
    return some;
}

}  // namespace stampede::campaign
