// That the guest gets somewhere: harts that are stuck, and a run that host time has ended.
#include <fmt/format.h>

#include "harts/base/restorable.h"
#include "harts/oracles/progress/watchdog.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"

namespace stampede {
namespace {

void add_all_harts(Finding& finding, const std::vector<HartAtEnd>& harts, const Watched& run) {
    for (const HartAtEnd& hart : harts) {
        finding.detail += (finding.detail.empty() ? "" : "\n") + describe(hart, run.symbols);
        finding.stacks.push_back(run.symbols.stack_of(hart.place, hart.place.role()));
    }
    if (const std::string said = run.console.last_line(); !said.empty()) {
        finding.detail += "\nthe console's last line: " + said;
    }
}

Finding finding_of(const Stuck& stuck, const Watched& run) {
    Finding finding;
    finding.kind = stuck.kind;
    finding.title = stuck.title;
    for (const WaitsFor& one : stuck.ring) {
        finding.detail += fmt::format("{}hart {} waits for {}, which hart {} holds",
                                      finding.detail.empty() ? "" : "\n", one.hart,
                                      run.symbols.describe_physical(one.word), one.holder);
    }
    finding.where.hart = stuck.hart;
    const std::vector<HartAtEnd> harts = run.harts_and_places();
    for (const HartAtEnd& hart : harts) {
        if (stuck.hart == hart.place.hart) {
            finding.where.source =
                run.symbols.locate(hart.status.pc, hart.place.mode, hart.place.program);
            finding.where.pid = hart.place.pid;
        }
    }
    add_all_harts(finding, harts, run);
    return finding;
}

Finding timeout(std::chrono::seconds limit, const Watched& run) {
    Finding finding;
    finding.kind = FindingKind::timeout;
    finding.title = "the guest did not come to its end";
    finding.detail = fmt::format("after {} s of host time", limit.count());
    add_all_harts(finding, run.harts_and_places(), run);
    return finding;
}

Finding no_prompt(const Watched& run) {
    Finding finding;
    finding.kind = FindingKind::no_progress;
    finding.title = "the kernel did not come to its shell's prompt";
    add_all_harts(finding, run.harts_and_places(), run);
    return finding;
}

class Progress final : public Oracle, public Restorable {
public:
    explicit Progress(const Watched& run) : run_(run) { restore(); }

    std::optional<RunEnd> look() override {
        looked_ = true;
        stuck_ = watchdog_->look(run_.harts());
        return stuck_ ? std::optional(RunEnd::Stuck) : std::nullopt;
    }
    void conclude(const RunFacts& facts, std::vector<Finding>& all) override {
        if (facts.end == RunEnd::Stuck && stuck_) {
            merge_findings(all, {finding_of(*stuck_, run_)});
        }
        if (facts.end == RunEnd::NoPrompt && !run_.console.panicked()) {
            merge_findings(all, {no_prompt(run_)});
        }
        if (facts.end == RunEnd::Timeout) {
            merge_findings(all, {timeout(facts.limit, run_)});
        }
    }

    // Each program is looked at afresh.
    void save() override { restore(); }
    void restore() override {
        if (!std::exchange(looked_, false)) {
            return;
        }
        stuck_.reset();
        const auto holder_of = [this](PhysAddr word) {
            return run_.holder_of ? run_.holder_of(word) : std::nullopt;
        };
        watchdog_.emplace(
            run_.setup.watchdog, run_.setup.input,
            run_.setup.race != nullptr ? Watchdog::HolderOf(holder_of) : Watchdog::HolderOf());
    }
    Restorable* restorable() override { return this; }

private:
    const Watched& run_;
    std::optional<Watchdog> watchdog_;
    std::optional<Stuck> stuck_;
    bool looked_ = true;  // since it was made anew
};

}  // namespace

constinit const OracleKind watchdog_oracle{
    .name = "watchdog", .make = [](Watched& run, const ElfImage&) -> std::unique_ptr<Oracle> {
        return std::make_unique<Progress>(run);
    }};

}  // namespace stampede
