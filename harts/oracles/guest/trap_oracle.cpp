// Traps that lead nowhere: a handler that cannot run, and a program that faults for ever.
#include <fmt/format.h>

#include "harts/oracles/findings/trap_names.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"

namespace stampede {
namespace {

void put_place(Finding& finding, const GuestPlace& where, u64 pc, const GuestSymbols& symbols) {
    finding.where.hart = where.hart;
    finding.where.pid = where.pid;
    finding.where.source = symbols.locate(pc, where.mode, where.program);
    finding.stacks.push_back(symbols.stack_of(where, where.role()));
}

Finding finding_of(const DeadHandler& dead, const GuestSymbols& symbols) {
    const Privilege mode = dead.where.mode;
    Finding finding;
    finding.kind = FindingKind::guest_trap;
    finding.title =
        fmt::format("{} without a trap handler that can run", exception_name(dead.first.cause));
    finding.detail = fmt::format(
        "{} at pc {}, address {:#x}; the first instruction of the trap handler, at {}, raises: {}",
        exception_name(dead.first.cause),
        symbols.describe_code(dead.first.pc, mode, dead.where.program), dead.first.tval,
        symbols.describe_code(dead.handler.pc, mode), exception_name(dead.handler.cause));
    put_place(finding, dead.where, dead.first.pc, symbols);
    return finding;
}

Finding finding_of(const EndlessFault& fault, const GuestSymbols& symbols) {
    Finding finding;
    finding.kind = FindingKind::no_progress;
    put_place(finding, fault.where, fault.exception.pc, symbols);
    const std::string& function = finding.where.source.function;
    finding.title = fmt::format("a program faults for ever in {}: {}",
                                function.empty() ? "an unknown function" : function,
                                exception_name(fault.exception.cause));
    finding.detail = fmt::format(
        "{} at pc {}, address {:#x}: {} times in a row, and each time the kernel lets the program "
        "try again",
        exception_name(fault.exception.cause),
        symbols.describe_code(fault.exception.pc, fault.where.mode, fault.where.program),
        fault.exception.tval, fault.times);
    return finding;
}

class Traps final : public Oracle {
public:
    explicit Traps(const Watched& run) : run_(run) {}

    std::optional<RunEnd> look() override {
        return run_.events.dead_handler()    ? std::optional(RunEnd::DeadHandler)
               : run_.events.endless_fault() ? std::optional(RunEnd::EndlessFault)
                                             : std::nullopt;
    }
    void conclude(const RunFacts&, std::vector<Finding>& all) override {
        if (const auto dead = run_.events.dead_handler()) {
            merge_findings(all, {finding_of(*dead, run_.symbols)});
        }
        if (const auto fault = run_.events.endless_fault()) {
            merge_findings(all, {finding_of(*fault, run_.symbols)});
        }
    }

private:
    const Watched& run_;
};

}  // namespace

constinit const OracleKind trap_oracle{
    .name = "traps", .make = [](Watched& run, const ElfImage&) -> std::unique_ptr<Oracle> {
        return std::make_unique<Traps>(run);
    }};

}  // namespace stampede
