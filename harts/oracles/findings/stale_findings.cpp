#include "harts/oracles/findings/stale_findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "harts/report/merge_findings.h"

namespace stampede {
namespace {

constexpr const char* did[] = {"read", "wrote", "executed"};

const char* verb(Access access) { return did[static_cast<std::size_t>(access)]; }

// What has become of the mapping, as far as the use is concerned.
const char* fate(const StaleUse& use) {
    const Pte pte = use.today();
    if (!pte.valid() || !pte.leaf()) {
        return "removed";
    }
    const bool permitted = pte.has(use.access == Access::Write  ? Pte::w
                                   : use.access == Access::Read ? Pte::r
                                                                : Pte::x);
    if (!permitted) {
        return use.access == Access::Write  ? "made read-only"
               : use.access == Access::Read ? "made unreadable"
                                            : "made not executable";
    }
    return pte.ppn().address() != use.page ? "led to another frame" : "given to another privilege";
}

FindingStack stack_of(const HartMoment& moment, const std::optional<Runner>& runner,
                      std::string_view deed, const GuestSymbols& symbols) {
    const GuestPlace place{moment.hart,
                           runner ? std::optional(runner->pid) : std::nullopt,
                           {moment.chain.begin(), moment.chain.begin() + moment.depth},
                           moment.mode,
                           runner ? runner->program : ""};
    FindingStack stack = symbols.stack_of(place, std::string(deed));
    stack.notes.push_back(fmt::format("after {} instructions of that hart", moment.executed));
    return stack;
}

std::string function_of(const FindingStack& stack) {
    const auto named = std::ranges::find_if(
        stack.frames, [](const SourceLocation& frame) { return !frame.function.empty(); });
    return named != stack.frames.end() ? named->function : "an unknown function";
}

Finding finding_of(const StaleReport& report, const GuestSymbols& symbols) {
    Finding finding;
    finding.kind = FindingKind::stale_translation;
    finding.count = report.count;
    finding.stacks.push_back(stack_of(report.by, report.used_by, "used it", symbols));
    FindingStack& user = finding.stacks.back();
    user.access = fmt::format("{} at {:#x}", verb(report.use.access), report.use.address);
    user.address =
        symbols.describe_physical(report.use.page + (report.use.address & page_offset_mask));
    user.notes.push_back(fmt::format("the entry leads to {:#x}; the PTE now {}",
                                     report.use.page.value, pte_text(report.use.today())));
    finding.where = {user.frames.empty() ? SourceLocation{} : user.frames.front(), report.by.hart,
                     user.pid};
    std::string changer = "had since been";
    if (report.change) {
        const TableChange& change = *report.change;
        finding.stacks.push_back(
            stack_of(change.by, report.changed_by, "changed the PTE", symbols));
        FindingStack& stack = finding.stacks.back();
        stack.address = symbols.describe_physical(change.at);
        stack.notes.push_back(fmt::format("before, it {}; after, it {}", pte_text(change.before),
                                          pte_text(change.after)));
        changer = function_of(stack) + " had";
    } else {
        finding.stacks.back().notes.push_back(
            "who changed the PTE was not watched yet; a repetition is");
    }
    finding.title = fmt::format("stale translation: {} {} through a mapping that {} {}",
                                function_of(finding.stacks.front()), verb(report.use.access),
                                changer, fate(report.use));
    finding.detail = fmt::format(
        "at {:#x}, through a TLB entry of hart {} that no sfence.vma of that hart has dropped",
        report.use.address, report.by.hart);
    return finding;
}

}  // namespace

std::string pte_text(Pte pte) {
    if (!pte.valid()) {
        return pte.bits == 0 ? "is empty" : fmt::format("is not valid ({:#x})", pte.bits);
    }
    std::string text = fmt::format("leads to {:#x},", pte.ppn().address().value);
    constexpr std::pair<u64, char> names[] = {{Pte::v, 'V'}, {Pte::r, 'R'}, {Pte::w, 'W'},
                                              {Pte::x, 'X'}, {Pte::u, 'U'}, {Pte::g, 'G'},
                                              {Pte::a, 'A'}, {Pte::d, 'D'}};
    for (const auto& [bit, name] : names) {
        if (pte.has(bit)) {
            text += ' ';
            text += name;
        }
    }
    return text;
}

std::vector<Finding> stale_findings(const std::vector<StaleReport>& reports,
                                    const GuestSymbols& symbols) {
    const auto explained = [&](const StaleReport& one) {
        return std::ranges::any_of(reports, [&](const StaleReport& other) {
            return other.change && other.use.access == one.use.access &&
                   fate(other.use) == std::string_view(fate(one.use));
        });
    };
    std::vector<Finding> all;
    for (const StaleReport& report : reports) {
        // the first ones come before page tables are watched
        if (report.change || !explained(report)) {
            merge_findings(all, {finding_of(report, symbols)});
        }
    }
    return all;
}

}  // namespace stampede
