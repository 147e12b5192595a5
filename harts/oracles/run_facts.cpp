#include "harts/oracles/run_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "harts/oracles/findings/stable_title.h"
#include "harts/oracles/findings/trap_names.h"

namespace stampede {
namespace {

constexpr std::string_view panic_prefix = "panic: ";
constexpr std::string_view mode_names[] = {"user", "supervisor", "reserved", "machine"};

std::string hart_role(u32 hart) { return fmt::format("hart {}", hart); }

// The number behind `word` in `line`, in `base`.
std::optional<u64> number_behind(std::string_view line, std::string_view word, int base) {
    const std::size_t at = line.find(word);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view rest = line.substr(at + word.size());
    u64 number = 0;
    const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), number, base);
    return failure == std::errc{} ? std::optional(number) : std::nullopt;
}

std::string with_following(const AlarmingLine& alarming) {
    std::string text = alarming.line;
    for (const std::string& line : alarming.following) {
        text += "\n" + line;
    }
    return text;
}

Finding failed_check(const FailedCheck& check, const GuestSymbols& symbols) {
    Finding finding;
    finding.kind = FindingKind::check_failed;
    finding.title = stable_title(check.text);
    finding.detail = check.text;
    finding.count = check.count;
    finding.where.hart = check.where.hart;
    finding.where.pid = check.where.pid;
    finding.stacks.push_back(symbols.stack_of(check.where, hart_role(check.where.hart)));
    // The guest library's own frames say how it was reported, not where.
    const auto& frames = finding.stacks.back().frames;
    const auto place = std::ranges::find_if(frames, [](const SourceLocation& frame) { return !frame.function.starts_with("user::"); });
    finding.where.source = place != frames.end() ? *place : frames.front();
    return finding;
}

// "kernel trap: scause 0xd sepc …" has `before` "kernel trap:" and `cause` "load page fault".
struct TrapText {
    std::string before;
    std::string cause;
};

// Nothing where the text names no exception.
std::optional<TrapText> read_trap(std::string_view text) {
    constexpr std::string_view cause_word = "scause 0x";
    const std::optional<u64> cause = number_behind(text, cause_word, 16);
    if (!cause || (*cause >> 63) != 0) {
        return std::nullopt;
    }
    return TrapText{stable_title(text.substr(0, text.find(cause_word))), exception_name(*cause)};
}

Finding guest_trap(const AlarmingLine& alarming) {
    Finding finding;
    finding.kind = FindingKind::guest_trap;
    const std::optional<TrapText> trap = read_trap(alarming.line);
    finding.title = (alarming.kind == AlarmingLine::Kind::UserTrap ? "of a user program: " : "of the kernel: ") +
                    (trap ? trap->cause : stable_title(alarming.line));
    finding.detail = with_following(alarming);
    if (const auto pid = number_behind(alarming.line, "pid=", 10)) {
        finding.where.pid = static_cast<u32>(*pid);
    }
    return finding;
}

// The hart whose stack runs through a panic; it is still there when the machine has stopped.
const HartAtEnd* panicking_hart(const RunFacts& facts, const GuestSymbols& symbols) {
    const auto panics = [&](const HartAtEnd& hart) {
        const FindingStack stack = symbols.stack_of(hart.place, "");
        return std::ranges::any_of(stack.frames, [](const SourceLocation& frame) {
            return frame.function.find("panic") != std::string::npos;
        });
    };
    const auto found = std::ranges::find_if(facts.harts, panics);
    return found != facts.harts.end() ? &*found : nullptr;
}

Finding panic(const AlarmingLine& alarming, const RunFacts& facts, const GuestSymbols& symbols) {
    Finding finding;
    finding.kind = FindingKind::panic;
    const std::string_view words = std::string_view(alarming.line).substr(alarming.line.find(panic_prefix));
    const std::string_view message = words.substr(panic_prefix.size());
    const std::optional<TrapText> trap = read_trap(message);
    finding.title = trap ? trap->before + " " + trap->cause : stable_title(message);
    finding.detail = with_following(alarming);
    if (const HartAtEnd* hart = panicking_hart(facts, symbols)) {
        finding.where.hart = hart->place.hart;
        finding.where.pid = hart->place.pid;
        finding.stacks.push_back(symbols.stack_of(hart->place, hart_role(hart->place.hart)));
        // Where it was called: the first frame that is not panic's own.
        const auto& frames = finding.stacks.back().frames;
        const auto last_own = std::find_if(frames.rbegin(), frames.rend(), [](const SourceLocation& frame) {
            return frame.function.find("panic") != std::string::npos;
        });
        finding.where.source = last_own == frames.rbegin() ? frames.front() : *std::prev(last_own);
    }
    if (const auto trapped = number_behind(alarming.line, "sepc 0x", 16)) {
        finding.where.source = symbols.locate(*trapped, Privilege::Supervisor);
    }
    return finding;
}

Finding dead_handler(const DeadHandler& dead, const GuestSymbols& symbols) {
    const Privilege mode = dead.where.mode;
    Finding finding;
    finding.kind = FindingKind::guest_trap;
    finding.title = fmt::format("{} without a trap handler that can run", exception_name(dead.first.cause));
    finding.detail =
        fmt::format("{} at pc {}, address {:#x}; the first instruction of the trap handler, at {}, raises: {}",
                    exception_name(dead.first.cause), symbols.describe_code(dead.first.pc, mode), dead.first.tval,
                    symbols.describe_code(dead.handler.pc, mode), exception_name(dead.handler.cause));
    finding.where.hart = dead.where.hart;
    finding.where.pid = dead.where.pid;
    finding.where.source = symbols.locate(dead.first.pc, mode);
    finding.stacks.push_back(symbols.stack_of(dead.where, hart_role(dead.where.hart)));
    return finding;
}

Finding endless_fault(const EndlessFault& fault, const GuestSymbols& symbols) {
    Finding finding;
    finding.kind = FindingKind::no_progress;
    finding.where.hart = fault.where.hart;
    finding.where.pid = fault.where.pid;
    finding.where.source = symbols.locate(fault.exception.pc, fault.where.mode);
    const std::string& function = finding.where.source.function;
    finding.title = fmt::format("a program faults for ever in {}: {}", function.empty() ? "an unknown function" : function,
                                exception_name(fault.exception.cause));
    finding.detail = fmt::format("{} at pc {}, address {:#x}: {} times in a row, and each time the kernel lets the program try again",
                                 exception_name(fault.exception.cause), symbols.describe_code(fault.exception.pc, fault.where.mode),
                                 fault.exception.tval, fault.times);
    finding.stacks.push_back(symbols.stack_of(fault.where, hart_role(fault.where.hart)));
    return finding;
}

void add_all_harts(Finding& finding, const RunFacts& facts, const GuestSymbols& symbols) {
    for (const HartAtEnd& hart : facts.harts) {
        finding.detail += (finding.detail.empty() ? "" : "\n") + describe(hart, symbols);
        finding.stacks.push_back(symbols.stack_of(hart.place, hart_role(hart.place.hart)));
    }
    if (!facts.last_line.empty()) {
        finding.detail += "\nthe console's last line: " + facts.last_line;
    }
}

Finding stuck(const RunFacts& facts, const GuestSymbols& symbols) {
    Finding finding;
    finding.kind = facts.stuck->kind;
    finding.title = facts.stuck->title;
    for (const WaitsFor& one : facts.stuck->ring) {
        finding.detail += fmt::format("{}hart {} waits for {}, which hart {} holds", finding.detail.empty() ? "" : "\n", one.hart,
                                      symbols.describe_physical(one.word), one.holder);
    }
    finding.where.hart = facts.stuck->hart;
    for (const HartAtEnd& hart : facts.harts) {
        if (facts.stuck->hart == hart.place.hart) {
            finding.where.source = symbols.locate(hart.status.pc, hart.place.mode);
            finding.where.pid = hart.place.pid;
        }
    }
    add_all_harts(finding, facts, symbols);
    return finding;
}

Finding timeout(const RunFacts& facts, const GuestSymbols& symbols) {
    Finding finding;
    finding.kind = FindingKind::timeout;
    finding.title = "the guest did not come to its end";
    finding.detail = fmt::format("after {} s of host time", facts.limit.count());
    add_all_harts(finding, facts, symbols);
    return finding;
}

Finding failed_run(const RunFacts& facts) {
    Finding finding;
    finding.kind = FindingKind::check_failed;
    finding.title = facts.last_line.empty() ? "the guest ended with a failing status"
                                            : "the guest failed, saying: " + stable_title(facts.last_line);
    finding.detail = fmt::format("status {}, by the guest call done {}; the console's last line: {}",
                                 facts.exit_status.value_or(0), facts.done_status.value_or(0), facts.last_line);
    return finding;
}

Finding not_audited() {
    Finding finding;
    finding.kind = FindingKind::audit;
    finding.title = "the guest ended without a quiescent point at which it could be audited";
    finding.detail = "the guest calls audit_table and quiescent were expected before the finisher";
    return finding;
}

Finding no_copy_on_write() {
    Finding finding;
    finding.kind = FindingKind::check_failed;
    finding.title = "no shared page was ever written: nothing was copied or taken over";
    finding.detail = "the workload is there to write shared pages, and the kernel counted neither";
    return finding;
}

}  // namespace

std::vector<Finding> findings_while_running(const RunFacts& facts, const GuestSymbols& symbols) {
    std::vector<Finding> all;
    for (const FailedCheck& check : facts.failed_checks) {
        merge_findings(all, {failed_check(check, symbols)});
    }
    for (const AlarmingLine& alarming : facts.alarming) {
        if (alarming.kind == AlarmingLine::Kind::Panic) {
            merge_findings(all, {panic(alarming, facts, symbols)});
        } else if (alarming.kind == AlarmingLine::Kind::KernelTrap ||
                   facts.user_traps == RunFacts::UserTraps::Unexpected) {
            merge_findings(all, {guest_trap(alarming)});
        }
    }
    return all;
}

std::vector<Finding> findings_at_end(const RunFacts& facts, const GuestSymbols& symbols) {
    std::vector<Finding> all = findings_while_running(facts, symbols);
    if (facts.dead_handler) {
        merge_findings(all, {dead_handler(*facts.dead_handler, symbols)});
    }
    if (facts.endless_fault) {
        merge_findings(all, {endless_fault(*facts.endless_fault, symbols)});
    }
    if (facts.end == RunEnd::Stuck && facts.stuck) {
        merge_findings(all, {stuck(facts, symbols)});
    }
    if (facts.end == RunEnd::Timeout) {
        merge_findings(all, {timeout(facts, symbols)});
    }
    merge_findings(all, facts.audited);
    const bool failed = facts.exit_status.value_or(0) != 0 || facts.done_status.value_or(0) != 0;
    const bool excused = facts.memory == RunFacts::Memory::Refused;
    if (facts.end == RunEnd::Finished && failed && !excused && all.empty()) {
        all.push_back(failed_run(facts));
    }
    if (facts.end == RunEnd::Finished && facts.copy_on_write == RunFacts::CopyOnWrite::Missing && !excused && all.empty()) {
        all.push_back(no_copy_on_write());
    }
    if (facts.end == RunEnd::Finished && facts.audit == RunFacts::Audit::Missing && all.empty()) {
        all.push_back(not_audited());
    }
    return all;
}

std::string describe(const HartAtEnd& hart, const GuestSymbols& symbols) {
    const HartStatus& status = hart.status;
    std::string text =
        fmt::format("hart {}: {} at {}", status.hart, mode_names[static_cast<std::size_t>(status.mode)],
                    symbols.describe_code(status.pc, status.mode));
    if (hart.place.pid) {
        text += fmt::format(", pid {}", *hart.place.pid);
    }
    if (status.waiting) {
        text += status.can_wake ? ", waits for an interrupt" : ", waits for an interrupt that nothing will raise";
    } else if (status.spins()) {
        text += status.spin_address
            ? fmt::format(", spins on {} ({:#x})", symbols.describe_data(*status.spin_address, status.mode),
                          *status.spin_address)
            : std::string(", spins in place");
    } else {
        text += ", runs";
    }
    return text + (status.interrupts_off ? ", interrupts off" : ", interrupts on");
}

void merge_findings(std::vector<Finding>& all, std::vector<Finding> more) {
    for (Finding& finding : more) {
        const auto known = std::ranges::find(all, finding.title, &Finding::title);
        if (known != all.end()) {
            known->count += finding.count;
        } else {
            all.push_back(std::move(finding));
        }
    }
}

}  // namespace stampede
