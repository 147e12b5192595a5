// Races that somebody has looked at and wants no more of: other people's kernels have some by
// design. A file, a rule a line:
//
//     race:holding | asks whether this hart holds the lock, which no other hart can change
//     race:holding,release on cpu | the same, and nothing else of holding()
//     lock_order:wait | the parent's lock before the child's, always
//     lock_order:iput on itable.inode[].lock, proc[].lock, itable.lock | nobody else has the inode
//
// `#` begins a comment. The function is one of a finding's two innermost ones (of a lock order: any
// that takes a lock), by the name that reports show, or its last part ("holding" is
// "kernel::holding", too). Two functions are those of both sides, in any order. `on MEMBER`: what
// both access is a member of that name (`lock.cpu`: of a member of that one). Of a lock order `on
// LOCKS` are all the locks of the cycle, as its title names them or the beginnings of these names
// that end before a member; the first is taken by the function, or by what it calls. A reason must
// be given. What a rule holds back is counted.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/report/finding.h"

namespace stampede {

class Suppressions {
public:
    // Error: file and line, what was found and what was expected.
    [[nodiscard]] static Result<Suppressions> read(const std::filesystem::path& file);
    [[nodiscard]] static Result<Suppressions> parse(std::string_view text, const std::string& name);

    // With those of `more` behind these.
    void add(const Suppressions& more) {
        rules_.insert(rules_.end(), more.rules_.begin(), more.rules_.end());
    }
    // The findings that no rule holds back; `suppressed` counts the others, by rule
    // ("race:holding"), each as often as it was seen.
    [[nodiscard]] std::vector<Finding> apply(std::vector<Finding> findings,
                                             std::map<std::string, u64>& suppressed) const;

private:
    struct Rule {
        FindingKind kind = FindingKind::race;
        std::string function, other = {}, member = {};  // the latter two may be empty
        std::vector<std::string> locks = {};            // of a cycle; none: whichever
        [[nodiscard]] bool matches(const Finding& finding) const;
        [[nodiscard]] bool matches_cycle(const std::vector<FindingStack>& stacks) const;
        [[nodiscard]] std::string name() const;
    };
    std::vector<Rule> rules_;
};

}  // namespace stampede
