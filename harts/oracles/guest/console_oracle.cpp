// Lines of the console that are findings: panics, and traps that nobody expected.
#include <algorithm>

#include "harts/oracles/findings/stable_title.h"
#include "harts/oracles/guest/trap_text.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"

namespace stampede {
namespace {

// a kernel that gave up gets so long to end the machine
constexpr unsigned looks_after_a_panic = 4;

std::string with_following(const AlarmingLine& alarming) {
    std::string text = alarming.line;
    for (const std::string& line : alarming.following) {
        text += "\n" + line;
    }
    return text;
}

// A kernel of xv6 says the pc in the line behind.
std::optional<u64> trapped_pc(const AlarmingLine& alarming) {
    for (const std::string& line : alarming.following) {
        for (const std::string_view word : {"sepc=0x", "sepc="}) {
            if (const auto pc = number_behind(line, word, 16)) {
                return pc;
            }
        }
    }
    return std::nullopt;
}

// Who that was: its exception was seen when it came.
void add_program(Finding& finding, u32 pid, u64 pc, const Watched& run) {
    const std::optional<ProgramFault> fault = run.events.fault_of(pid, pc);
    if (!fault) {
        return;
    }
    finding.where.hart = fault->hart;
    finding.where.source = run.symbols.locate(pc, Privilege::User, fault->who.program);
    finding.stacks.push_back(run.symbols.stack_of(
        {fault->hart, pid, {pc}, Privilege::User, fault->who.program}, "the program"));
}

Finding guest_trap(const AlarmingLine& alarming, const Watched& run) {
    Finding finding;
    finding.kind = FindingKind::guest_trap;
    const std::optional<TrapText> trap = read_trap(alarming.line);
    finding.title = (alarming.kind == AlarmingLine::Kind::UserTrap ? "of a user program: "
                                                                   : "of the kernel: ") +
                    (trap ? trap->cause : stable_title(alarming.line));
    finding.detail = with_following(alarming);
    if (const auto pid = number_behind(alarming.line, "pid=", 10)) {
        finding.where.pid = static_cast<u32>(*pid);
        if (const auto pc = trapped_pc(alarming)) {
            add_program(finding, static_cast<u32>(*pid), *pc, run);
        }
    }
    return finding;
}

bool is_panics_own(const SourceLocation& frame) {
    return frame.function.find("panic") != std::string::npos;
}

// Of the hart whose stack runs through a panic; it is still there when the machine has stopped.
void add_panicking_hart(Finding& finding, const std::vector<HartAtEnd>& harts,
                        const GuestSymbols& symbols) {
    for (const HartAtEnd& hart : harts) {
        FindingStack stack = symbols.stack_of(hart.place, hart.place.role());
        const auto& frames = stack.frames;
        const auto last_own = std::find_if(frames.rbegin(), frames.rend(), is_panics_own);
        if (last_own == frames.rend()) {
            continue;
        }
        finding.where.hart = hart.place.hart;
        finding.where.pid = hart.place.pid;
        // Where it was called: the first frame that is not panic's own.
        finding.where.source = last_own == frames.rbegin() ? frames.front() : *std::prev(last_own);
        finding.stacks.push_back(std::move(stack));
        return;
    }
}

Finding panic(const AlarmingLine& alarming, const std::vector<HartAtEnd>& harts,
              const GuestSymbols& symbols) {
    Finding finding;
    finding.kind = FindingKind::panic;
    const std::string_view message =
        std::string_view(alarming.line).substr(panic_at(alarming.line).value_or(0));
    const std::optional<TrapText> trap = read_trap(message);
    finding.title = message.empty() ? "the kernel says no reason"
                    : trap          ? trap->before + " " + trap->cause
                                    : stable_title(message);
    finding.detail = with_following(alarming);
    add_panicking_hart(finding, harts, symbols);
    if (const auto trapped = number_behind(alarming.line, "sepc 0x", 16)) {
        finding.where.source = symbols.locate(*trapped, Privilege::Supervisor);
    }
    return finding;
}

class ConsoleLines final : public Oracle {
public:
    explicit ConsoleLines(const Watched& run) : run_(run) {}

    // A program of the fuzzer's has its instructions, whatever its kernel says.
    std::optional<RunEnd> look() override {
        const bool gave_up = run_.setup.kind == RunKind::FromBoot && run_.console.panicked();
        return gave_up && ++looks_since_panic_ >= looks_after_a_panic
                   ? std::optional(RunEnd::Panicked)
                   : std::nullopt;
    }
    std::size_t count() const override { return so_far().size(); }
    std::vector<Finding> so_far() const override { return findings(run_.console.alarming(), {}); }
    void conclude(const RunFacts&, std::vector<Finding>& all) override {
        if (const std::vector<AlarmingLine> lines = run_.console.alarming(); !lines.empty()) {
            merge_findings(all, findings(lines, run_.harts_and_places()));
        }
    }

private:
    // `harts`: where they stand, if that is wanted.
    std::vector<Finding> findings(const std::vector<AlarmingLine>& lines,
                                  const std::vector<HartAtEnd>& harts) const {
        std::vector<Finding> all;
        for (const AlarmingLine& line : lines) {
            if (line.kind == AlarmingLine::Kind::Panic) {
                merge_findings(all, {panic(line, harts, run_.symbols)});
            } else if (line.kind == AlarmingLine::Kind::KernelTrap ||
                       run_.setup.user_traps == RunFacts::UserTraps::Unexpected) {
                merge_findings(all, {guest_trap(line, run_)});
            }
        }
        return all;
    }

    const Watched& run_;
    unsigned looks_since_panic_ = 0;
};

}  // namespace

constinit const OracleKind console_oracle{
    .name = "console", .make = [](Watched& run, const ElfImage&) -> std::unique_ptr<Oracle> {
        return std::make_unique<ConsoleLines>(run);
    }};

}  // namespace stampede
