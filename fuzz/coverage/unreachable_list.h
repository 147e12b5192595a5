// Functions that no program can reach, a line each: `kernel::panic | why`. Ways of branches that
// lead straight to a call of one are as unreachable as itself. Lines that begin with # are
// comments.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/coverage/edge_coverage.h"
#include "harts/base/error.h"

namespace stampede::fuzz {

// Of all edges, in percent: who leaves out more measures nothing.
inline constexpr double most_left_out = 10;

struct UnreachableList {
    std::set<std::string, std::less<>> functions;

    // Error: `name` and line, what was found and what was expected: no reason, a function twice.
    [[nodiscard]] static Result<UnreachableList> parse(std::string_view text,
                                                       const std::string& name);

    // `all` without those of the list, and without the edges that lead to them. Error: a name that
    // fits no edge, or too much is left out.
    [[nodiscard]] Result<std::vector<FunctionCoverage>> leave_out(
        const std::vector<FunctionCoverage>& all) const;
};

}  // namespace stampede::fuzz
