#include "harts/oracles/findings/suppressions.h"

#include <fmt/format.h>

#include <algorithm>

#include "harts/report/atomic_file.h"
#include "harts/report/finding_kind.h"

namespace stampede {
namespace {

constexpr std::size_t longest_file = 1 << 20;  // bytes

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    return first == std::string_view::npos
               ? ""
               : text.substr(first, text.find_last_not_of(" \t\r") + 1 - first);
}

bool same_function(std::string_view shown, std::string_view wanted) {
    return shown == wanted || (shown.ends_with(wanted) &&
                               shown.substr(0, shown.size() - wanted.size()).ends_with("::"));
}

}  // namespace

bool Suppressions::Rule::matches(const Finding& finding) const {
    return finding.kind == kind &&
           std::ranges::any_of(finding.stacks, [&](const FindingStack& stack) {
               return !stack.frames.empty() &&
                      same_function(stack.frames.front().function, function);
           });
}

std::string Suppressions::Rule::name() const {
    return fmt::format("{}:{}", name_of(kind), function);
}

Result<Suppressions> Suppressions::read(const std::filesystem::path& file) {
    const Result<std::string> text = read_file(file, longest_file);
    return text ? parse(*text, file.string()) : std::unexpected(text.error());
}

Result<Suppressions> Suppressions::parse(std::string_view text, const std::string& name) {
    Suppressions suppressions;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        line = trimmed(line.substr(0, line.find('#')));
        if (line.empty()) {
            continue;
        }
        const auto refuse = [&](std::string_view why) {
            return error(fmt::format("{}:{}: {}", name, number, why));
        };
        const std::size_t bar = line.find('|'), colon = line.find(':');
        const std::string_view kind = trimmed(line.substr(0, std::min(colon, bar)));
        if (colon >= bar) {
            return refuse(fmt::format(
                "found '{}'; expected race:FUNCTION | REASON or lock_order:FUNCTION | REASON",
                line));
        }
        const std::string_view function =
            trimmed(line.substr(colon + 1, bar == std::string_view::npos ? bar : bar - colon - 1));
        const auto known = finding_kind_named(kind);
        if (known != FindingKind::race && known != FindingKind::lock_order) {
            return refuse(fmt::format(
                "found the kind '{}'; only race and lock_order can be suppressed", kind));
        }
        if (function.empty()) {
            return refuse("no function is named");
        }
        if (bar == std::string_view::npos || trimmed(line.substr(bar + 1)).empty()) {
            return refuse(
                fmt::format("{} is suppressed without a reason; expected: | REASON", function));
        }
        suppressions.rules_.push_back({*known, std::string(function)});
    }
    return suppressions;
}

std::vector<Finding> Suppressions::apply(std::vector<Finding> findings,
                                         std::map<std::string, u64>& suppressed) const {
    std::erase_if(findings, [&](const Finding& finding) {
        const auto rule =
            std::ranges::find_if(rules_, [&](const Rule& one) { return one.matches(finding); });
        if (rule == rules_.end()) {
            return false;
        }
        suppressed[rule->name()] += finding.count;
        return true;
    });
    return findings;
}

}  // namespace stampede
