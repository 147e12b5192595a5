// Which oracles watched a run, and which did not and why: a line for people, which is read back.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stampede {

struct OracleReport {
    std::string name;
    std::string why_off;  // in words; empty: it watched the run
    [[nodiscard]] bool on() const { return why_off.empty(); }
    friend bool operator==(const OracleReport&, const OracleReport&) = default;
};

// "console, audit; off: races (no --race)". Names have no comma, semicolon or bracket in them, and
// reasons no bracket.
[[nodiscard]] std::string oracle_list_text(const std::vector<OracleReport>& oracles);
// No value for a line that is none of these.
[[nodiscard]] std::optional<std::vector<OracleReport>> parse_oracle_list(std::string_view text);

}  // namespace stampede
