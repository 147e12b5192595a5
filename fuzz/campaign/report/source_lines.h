// The guest's sources, for pages that show a few lines of them.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harts/base/types.h"

namespace stampede::campaign {

struct SourceLine {
    u32 number = 0;
    std::string text;
};

// Not where paths lead out of the tree, and not where it is not there: then there are no lines.
class SourceLines {
public:
    explicit SourceLines(std::filesystem::path root) : root_(std::move(root)) {}
    // Lines `first` to `last` of a file named from the root, as far as it has them.
    [[nodiscard]] std::vector<SourceLine> lines(const std::string& file, u32 first, u32 last);

private:
    const std::vector<std::string>& file(const std::string& name);

    std::filesystem::path root_;  // empty: none
    std::map<std::string, std::vector<std::string>> files_;
};

}  // namespace stampede::campaign
