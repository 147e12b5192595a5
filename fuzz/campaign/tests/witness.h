// Watches a campaign's folders from outside, and remembers all that it has ever seen there.
#pragma once
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harts/base/types.h"

namespace stampede::campaign {

class Witness {
public:
    Witness(std::filesystem::path corpus, std::filesystem::path out, std::filesystem::path memory,
            std::vector<std::string> policies)
        : corpus_(std::move(corpus)),
          out_(std::move(out)),
          memory_(std::move(memory)),
          policies_(std::move(policies)) {}

    // Copies what it sees for the first time. Any moment.
    void look();
    // What must hold at every moment while nobody works there; a sentence for each thing that does
    // not.
    [[nodiscard]] std::vector<std::string> complaints() const;
    // Findings seen, in slots' folders too, that are not among the campaign's now.
    [[nodiscard]] std::vector<std::string> lost_findings() const;
    // Every entry of a policy's corpus that was ever seen.
    [[nodiscard]] std::filesystem::path seen(const std::string& policy) const {
        return memory_ / policy;
    }
    [[nodiscard]] u64 entries_seen() const;
    [[nodiscard]] u64 entries_gone() const;
    [[nodiscard]] u64 findings_seen() const { return keys_.size(); }

private:
    void look_at_findings(const std::filesystem::path& folder);

    std::filesystem::path corpus_, out_, memory_;
    std::vector<std::string> policies_;
    std::map<std::string, std::set<std::string>> entries_;  // by policy
    std::set<std::string> keys_;                            // of findings
    std::vector<std::string> torn_;
};

}  // namespace stampede::campaign
