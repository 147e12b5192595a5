#include "fuzz/campaign/slots/fuzzer_log.h"

#include <charconv>
#include <sstream>

namespace stampede::campaign {
namespace {

std::optional<u64> number_at_start(std::string_view text) {
    u64 number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failure == std::errc() ? std::optional(number) : std::nullopt;
}

// The number behind ` name: `.
std::optional<u64> field(std::string_view line, std::string_view name) {
    const std::size_t at = line.find(name);
    return at == std::string_view::npos ? std::nullopt
                                        : number_at_start(line.substr(at + name.size()));
}

}  // namespace

std::optional<FuzzerStatus> parse_fuzzer_status(std::string_view line) {
    if (!line.starts_with('#')) {
        return std::nullopt;
    }
    const auto executions = number_at_start(line.substr(1));
    const std::size_t tab = line.find_first_of("\t ");
    if (!executions || tab == std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t word = line.find_first_not_of("\t ", tab);
    if (word == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view event = line.substr(word, line.find_first_of("\t ", word) - word);
    // A stack frame of a crash begins with # and a number too.
    if (event.starts_with("0x")) {
        return std::nullopt;
    }
    return FuzzerStatus{*executions,          std::string(event),     field(line, " cov: "),
                        field(line, " ft: "), field(line, " corp: "), field(line, " exec/s: ")};
}

std::optional<u64> parse_executed_units(std::string_view line) {
    constexpr std::string_view name = "stat::number_of_executed_units: ";
    return line.starts_with(name) ? number_at_start(line.substr(name.size())) : std::nullopt;
}

std::optional<u64> parse_merged_files(std::string_view line) {
    constexpr std::string_view name = "MERGE-OUTER: ", what = " new files with ";
    return line.starts_with(name) && line.find(what) != std::string_view::npos
               ? number_at_start(line.substr(name.size()))
               : std::nullopt;
}

std::optional<std::vector<OracleReport>> parse_oracles_line(std::string_view line) {
    constexpr std::string_view name = "oracles: ";
    return line.starts_with(name) ? parse_oracle_list(line.substr(name.size())) : std::nullopt;
}

std::string crash_reason(std::string_view output) {
    std::istringstream lines{std::string(output)};
    std::string reason;
    for (std::string line; std::getline(lines, line);) {
        if (line.find("Assertion `") != std::string::npos) {
            return line;
        }
        if (line.starts_with("SUMMARY: ")) {
            reason = line.substr(std::string_view("SUMMARY: ").size());
        }
    }
    return reason;
}

}  // namespace stampede::campaign
