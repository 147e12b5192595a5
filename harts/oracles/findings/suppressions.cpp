#include "harts/oracles/findings/suppressions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harts/oracles/guest/guest_symbols.h"
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

// `cpu` or `lock.cpu` of "proc[3].lock.cpu+0x4".
bool is_member(std::string_view address, std::string_view member) {
    address = address.substr(0, address.find('+'));
    return address.size() > member.size() && address.ends_with(member) &&
           address[address.size() - member.size() - 1] == '.';
}

// `proc[].lock` of "proc[3].lock.locked".
bool is_lock(std::string_view address, std::string_view lock) {
    const std::string name = without_places(std::string(address));
    return name.starts_with(lock) && (name.size() == lock.size() || name[lock.size()] == '.');
}

// `text` at its commas; an empty part is one, too.
std::vector<std::string> parts_of(std::string_view text) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t comma = text.find(',');
        parts.emplace_back(trimmed(text.substr(0, comma)));
        if (comma == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(comma + 1);
    }
}

}  // namespace

// Each lock of the cycle is one of the rule's, each of the rule's one of the cycle.
bool Suppressions::Rule::matches_cycle(const std::vector<FindingStack>& stacks) const {
    const auto takes = [](const FindingStack& stack, const std::string& lock) {
        return is_lock(stack.address, lock);
    };
    return std::ranges::all_of(
               locks,
               [&](const std::string& lock) {
                   return std::ranges::any_of(
                       stacks, [&](const FindingStack& stack) { return takes(stack, lock); });
               }) &&
           std::ranges::all_of(stacks, [&](const FindingStack& stack) {
               return std::ranges::any_of(
                          locks, [&](const std::string& lock) { return takes(stack, lock); }) &&
                      (!takes(stack, locks.front()) ||
                       std::ranges::any_of(stack.frames, [&](const SourceLocation& frame) {
                           return same_function(frame.function, function);
                       }));
           });
}

bool Suppressions::Rule::matches(const Finding& finding) const {
    if (finding.kind != kind) {
        return false;
    }
    const auto begins_in = [&](const FindingStack& stack, const std::string& name) {
        return !stack.frames.empty() && same_function(stack.frames.front().function, name);
    };
    const std::vector<FindingStack>& stacks = finding.stacks;
    if (!locks.empty()) {
        return matches_cycle(stacks);
    }
    if (!member.empty() && !std::ranges::all_of(stacks, [&](const FindingStack& stack) {
            return is_member(stack.address, member);
        })) {
        return false;
    }
    if (!other.empty()) {
        return stacks.size() == 2 &&
               ((begins_in(stacks[0], function) && begins_in(stacks[1], other)) ||
                (begins_in(stacks[0], other) && begins_in(stacks[1], function)));
    }
    return std::ranges::any_of(
        stacks, [&](const FindingStack& stack) { return begins_in(stack, function); });
}

std::string Suppressions::Rule::name() const {
    return fmt::format("{}:{}{}{}{}{}", name_of(kind), function, other.empty() ? "" : "," + other,
                       member.empty() && locks.empty() ? "" : " on ", member,
                       fmt::join(locks, ", "));
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
        std::string_view function =
            trimmed(line.substr(colon + 1, bar == std::string_view::npos ? bar : bar - colon - 1));
        const auto cut = [&function](std::string_view at) {
            const std::size_t place = function.find(at);
            const std::string_view behind =
                place == std::string_view::npos ? "" : trimmed(function.substr(place + at.size()));
            function = trimmed(function.substr(0, place));
            return std::string(behind);
        };
        const bool has_member = function.contains(" on ");
        std::string member = cut(" on ");
        const bool has_other = function.contains(',');
        const std::string other = cut(",");
        const auto known = finding_kind_named(kind);
        if (known != FindingKind::race && known != FindingKind::lock_order) {
            return refuse(fmt::format(
                "found the kind '{}'; only race and lock_order can be suppressed", kind));
        }
        if (function.empty() || (has_other && other.empty())) {
            return refuse("no function is named");
        }
        if (has_member && member.empty()) {
            return refuse(fmt::format("{} on: no member is named", function));
        }
        std::vector<std::string> locks;
        if (known == FindingKind::lock_order && has_member) {
            locks = parts_of(std::exchange(member, {}));
            if (has_other || locks.size() < 2 || std::ranges::count(locks, "") != 0) {
                return refuse(fmt::format(
                    "found '{}'; expected lock_order:FUNCTION on LOCK, LOCK | REASON", line));
            }
        }
        if (bar == std::string_view::npos || trimmed(line.substr(bar + 1)).empty()) {
            return refuse(
                fmt::format("{} is suppressed without a reason; expected: | REASON", function));
        }
        suppressions.rules_.push_back({*known, std::string(function), other, member, locks});
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
