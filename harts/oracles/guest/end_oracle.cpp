// What the end itself says: a guest that ends and says that it failed, that did not do what it is
// there for, or that nobody could audit. Only where nothing else was found, for all of these may
// follow from that.
#include <fmt/format.h>

#include "harts/oracles/findings/stable_title.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"

namespace stampede {
namespace {

Finding failed_run(const RunFacts& facts, u64 done_status, const std::string& last_line) {
    Finding finding;
    finding.kind = FindingKind::check_failed;
    finding.title = last_line.empty() ? "the guest ended with a failing status"
                                      : "the guest failed, saying: " + stable_title(last_line);
    finding.detail =
        fmt::format("status {}, by the guest call done {}; the console's last line: {}",
                    facts.exit_status.value_or(0), done_status, last_line);
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

class EndStatus final : public Oracle {
public:
    explicit EndStatus(const Watched& run) : run_(run) {}

    void conclude(const RunFacts& facts, std::vector<Finding>& all) override {
        if (facts.end != RunEnd::Finished || !all.empty()) {
            return;
        }
        const u64 done = run_.events.done_status().value_or(0);
        const bool excused = facts.memory == RunFacts::Memory::Refused;
        if ((facts.exit_status.value_or(0) != 0 || done != 0) && !excused) {
            all.push_back(failed_run(facts, done, run_.console.last_line()));
        } else if (facts.copy_on_write == RunFacts::CopyOnWrite::Missing && !excused) {
            all.push_back(no_copy_on_write());
        } else if (run_.setup.audit == RunFacts::Audit::Missing && !run_.audited) {
            all.push_back(not_audited());
        }
    }

private:
    const Watched& run_;
};

}  // namespace

constinit const OracleKind end_oracle{
    .name = "end status", .make = [](Watched& run, const ElfImage&) -> std::unique_ptr<Oracle> {
        return std::make_unique<EndStatus>(run);
    }};

}  // namespace stampede
