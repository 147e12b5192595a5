// The audit of the whole guest: at the quiescent point of a run from boot, and at the end of each
// program of the fuzzer's.
#include "harts/observe/audit/instant.h"
#include "harts/observe/kernel/inferred_view.h"
#include "harts/oracles/findings/frame_findings.h"
#include "harts/oracles/memory/policy_use.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"

namespace stampede {
namespace {

class AuditAtQuiescence final : public Oracle {
public:
    explicit AuditAtQuiescence(Watched& run) : run_(run) {}

    void at_quiescence() override {
        const std::optional<PhysAddr> address = run_.events.audit_table();
        if (!address) {
            return;  // a guest without a table; whether that is fine is the setup's to say
        }
        const Ram& ram = run_.machine.ram();
        merge_findings(found_, audit(ram, *address));
        const auto table = run_.events.loaded_audit_table();
        run_.frames_used = table ? count_frames(ram, *table) : std::nullopt;
        if (const auto leak = run_.frames_used ? check_for_leak(*run_.frames_used) : std::nullopt) {
            merge_findings(found_, run_.frames != nullptr
                                       ? leaks_by_site(*run_.frames, run_.symbols, *leak)
                                       : std::vector{*leak});
        }
        run_.audited = true;
    }
    std::size_t count() const override { return found_.size(); }
    void conclude(const RunFacts&, std::vector<Finding>& all) override {
        merge_findings(all, found_);
    }

private:
    Watched& run_;
    std::vector<Finding> found_;
};

// Of a kernel that tells nothing of itself, at its shell's prompt.
class AuditAtPrompt final : public Oracle {
public:
    explicit AuditAtPrompt(Watched& run) : run_(run) {
        if (const auto view = this->view()) {
            of_nobody_before_ = count_frames(*view, 0).of_nobody();
        }
    }

    void at_quiescence() override {
        const auto view = this->view();
        if (!view) {
            return;  // the end says that nothing was audited
        }
        merge_findings(found_, audit_report(*view).findings);
        run_.frames_used = count_frames(*view, of_nobody_before_);
        if (const auto leak = check_for_leak(*run_.frames_used)) {
            const bool by_site = run_.frames != nullptr && run_.frames->told();
            merge_findings(found_, by_site ? leaks_by_site(*run_.frames, run_.symbols, *leak)
                                           : std::vector{*leak});
        }
        run_.audited = true;
    }
    std::size_t count() const override { return found_.size(); }
    void conclude(const RunFacts&, std::vector<Finding>& all) override {
        merge_findings(all, found_);
    }

private:
    [[nodiscard]] std::expected<AuditView, std::string> view() const {
        return inferred_view(run_.machine.ram(), *run_.setup.described);
    }

    Watched& run_;
    std::vector<Finding> found_;
    u64 of_nobody_before_ = 0;
};

// When all sleep no lock is held; else only what holds between any two instructions is asked for.
class AuditOfPrograms final : public Oracle {
public:
    explicit AuditOfPrograms(const Watched& run) : run_(run) {}

    void conclude(const RunFacts& facts, std::vector<Finding>& all) override {
        merge_findings(all, facts.end == RunEnd::Asleep ? of_sleepers() : of_instant());
    }

private:
    std::vector<Finding> of_sleepers() {
        const auto table = run_.events.loaded_audit_table();
        if (!table) {
            return {};
        }
        AuditReport report = audit_report(run_.machine.ram(), *table);
        if (!of_nobody_at_boot_) {
            of_nobody_at_boot_ = report.of_nobody;
        }
        if (auto leak = check_for_leak(*of_nobody_at_boot_, report.of_nobody)) {
            report.findings.push_back(std::move(*leak));
        }
        return std::move(report.findings);
    }
    std::vector<Finding> of_instant() const {
        const auto view = run_.events.audit_view();
        return view ? audit_instant(*view, policy_use(*view, run_.machine)).findings
                    : std::vector<Finding>();
    }

    const Watched& run_;
    std::optional<FramesByOwner> of_nobody_at_boot_;
};

}  // namespace

constinit const OracleKind audit_oracle{
    .name = "audit",
    .needs = {Feed::AuditTable, Feed::QuiescentPoint},
    .make = [](Watched& run, const ElfImage&) -> std::unique_ptr<Oracle> {
        if (run.setup.described != nullptr) {
            return std::make_unique<AuditAtPrompt>(run);
        }
        return run.setup.kind == RunKind::FromBoot
                   ? std::unique_ptr<Oracle>(std::make_unique<AuditAtQuiescence>(run))
                   : std::make_unique<AuditOfPrograms>(run);
    }};

}  // namespace stampede
