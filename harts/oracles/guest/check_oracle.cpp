// Checks that the guest's own programs make and that failed (GuestCall::check_failed).
#include <algorithm>

#include "harts/oracles/findings/stable_title.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"

namespace stampede {
namespace {

Finding finding_of(const FailedCheck& check, const GuestSymbols& symbols) {
    Finding finding;
    finding.kind = FindingKind::check_failed;
    finding.title = stable_title(check.text);
    finding.detail = check.text;
    finding.count = check.count;
    finding.where.hart = check.where.hart;
    finding.where.pid = check.where.pid;
    finding.stacks.push_back(symbols.stack_of(check.where, check.where.role()));
    // The guest library's own frames say how it was reported, not where.
    const auto& frames = finding.stacks.back().frames;
    const auto place = std::ranges::find_if(
        frames, [](const SourceLocation& frame) { return !frame.function.starts_with("user::"); });
    finding.where.source = place != frames.end() ? *place : frames.front();
    return finding;
}

class Checks final : public Oracle {
public:
    explicit Checks(const Watched& run) : run_(run) {}

    std::size_t count() const override { return run_.events.failed_checks().size(); }
    std::vector<Finding> so_far() const override {
        std::vector<Finding> all;
        for (const FailedCheck& check : run_.events.failed_checks()) {
            merge_findings(all, {finding_of(check, run_.symbols)});
        }
        return all;
    }
    void conclude(const RunFacts&, std::vector<Finding>& all) override {
        merge_findings(all, so_far());
    }

private:
    const Watched& run_;
};

}  // namespace

constinit const OracleKind check_oracle{
    .name = "failed checks",
    .needs = {Feed::GuestCalls},
    .make = [](Watched& run, const ElfImage&) -> std::unique_ptr<Oracle> {
        return std::make_unique<Checks>(run);
    }};

}  // namespace stampede
