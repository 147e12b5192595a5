// What each kind of finding is to a code host: SARIF's reportingDescriptor, as data.
#pragma once
#include <array>
#include <string_view>

#include "harts/report/finding.h"

namespace stampede {

// A row of the rules' table. Its id is the kind's name.
struct SarifRule {
    FindingKind kind;
    std::string_view name;       // in CamelCase, to filter by; at most 255 characters
    std::string_view level;      // "error" or "warning"
    std::string_view precision;  // how often such a finding is true: "very-high" to "low"
    std::string_view
        security_severity;     // "0.1" to "10.0"; empty: no question of who may touch whose memory
    std::string_view summary;  // a sentence; with `explanation` at most 1,024 characters
    std::string_view explanation;  // what it means
    std::string_view help;         // what to do about it
};

// Every kind, in the enumeration's order: a kind's number is its rule's index.
[[nodiscard]] const std::array<SarifRule, 16>& sarif_rules();

}  // namespace stampede
