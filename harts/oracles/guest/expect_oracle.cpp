// What the guest's console must say, and must not (--expect, --fail-on): a guest's own tests say
// how they went.
#include <fmt/format.h>

#include <regex>
#include <sstream>

#include "harts/oracles/findings/stable_title.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"

namespace stampede {
namespace {

Finding failed(const std::string& line, const std::string& pattern) {
    Finding finding;
    finding.kind = FindingKind::check_failed;
    finding.title = "the console says: " + stable_title(line);
    finding.detail = fmt::format("{}\nwhich matches {}", line, pattern);
    return finding;
}

Finding missing(const std::string& pattern, const std::string& last_line) {
    Finding finding;
    finding.kind = FindingKind::check_failed;
    finding.title = "the console never says: " + pattern;
    finding.detail = fmt::format("no line matches {}; the last one: {}", pattern, last_line);
    return finding;
}

// The first line of `text` that matches; none: nothing.
std::optional<std::string> first_match(const std::string& text, const std::string& pattern) {
    const std::regex wanted(pattern);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_search(line, wanted)) {
            return line;
        }
    }
    return std::nullopt;
}

class Expectations final : public Oracle {
public:
    explicit Expectations(const Watched& run) : run_(run) {}

    void conclude(const RunFacts& facts, std::vector<Finding>& all) override {
        const std::string text = run_.console.text();
        if (const auto& pattern = run_.setup.fail_on) {
            if (const auto line = first_match(text, *pattern)) {
                merge_findings(all, {failed(*line, *pattern)});
            }
        }
        const auto& pattern = run_.setup.expect;
        if (pattern && facts.end == RunEnd::Finished && !first_match(text, *pattern)) {
            merge_findings(all, {missing(*pattern, run_.console.last_line())});
        }
    }

private:
    const Watched& run_;
};

}  // namespace

constinit const OracleKind expect_oracle{
    .name = "console expectations",
    .runs = OracleKind::Runs::FromBoot,
    .asked = [](const OracleSetup& setup) { return setup.expect || setup.fail_on; },
    .make = [](Watched& run, const ElfImage&) -> std::unique_ptr<Oracle> {
        return std::make_unique<Expectations>(run);
    }};

}  // namespace stampede
