// What the measurement needs of kernel/seeded_bugs/seeded_bugs.txt, built in.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace stampede::bench {

struct SeededBug {
    std::string name;       // the policy is seeded_bug_NAME
    std::string bug_class;  // counts, mappings, faults, copyout or elsewhere
    std::string depth;      // ordering constraints between harts
    std::string workload;   // shows it best
};

// Lines of eight fields between " | "; others and comments are left out.
[[nodiscard]] std::vector<SeededBug> parse_seeded_bugs(std::string_view text);

// Those that are built in, in the file's order.
[[nodiscard]] const std::vector<SeededBug>& seeded_bugs();

}  // namespace stampede::bench
