// The kernels that are wrong on purpose (kernel/seeded_bugs/seeded_bugs.txt, built in).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/report/finding_kind.h"

namespace stampede {

struct SeededBug {
    std::string name;                  // the policy is seeded_bug_NAME
    std::string replaces;              // the file of kernel/ that NAME.cpp stands for
    std::string bug_class;             // counts, mappings, faults, copyout or elsewhere
    std::vector<FindingKind> oracles;  // that should see it, the likeliest first
    unsigned depth = 0;                // ordering constraints between harts, as in PCT
    std::string workload;              // shows it best
    std::string passes_cowtest;        // yes, or no: why
    std::string description;

    [[nodiscard]] std::string policy() const { return "seeded_bug_" + name; }
};

// Lines of eight fields, `name | replaces | class | oracles | depth | workload | cowtest |
// description`, and comments. Error: a line that is neither, or an oracle or a depth that there is
// not, by its number.
[[nodiscard]] Result<std::vector<SeededBug>> parse_seeded_bugs(std::string_view text);

// Those that are built in, in the file's order.
[[nodiscard]] const std::vector<SeededBug>& seeded_bugs();

// The one of these whose policy that is; null: none, so the kernel is not wrong on purpose.
[[nodiscard]] const SeededBug* seeded_bug_of(std::string_view policy);

}  // namespace stampede
