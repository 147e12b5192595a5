// Races and lock orders, where the program is linked with race detection and it was asked for.
#include "harts/oracles/findings/address_text.h"
#include "harts/oracles/race/race_support.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"

namespace stampede {
namespace {

class Races final : public Oracle {
public:
    Races(Watched& run, const ElfImage& kernel)
        : run_(run), race_(run.setup.race(run.machine, kernel, run.setup.drive)) {
        run.holder_of = [this](PhysAddr word) { return race_->holder_of(word); };
        if (run.setup.kind == RunKind::FromSnapshot) {
            race_->expect_snapshot(run.setup.branches, run.setup.meetings);
        }
    }

    std::size_t count() const override { return race_->count(); }
    bool limits_run() const override { return false; }
    std::vector<Finding> so_far() const override {
        return race_->findings({run_.symbols, run_.events});
    }
    u64 version() const override { return race_->version(); }
    void conclude(const RunFacts&, std::vector<Finding>& all) override {
        if (race_->news()) {
            const auto address = [this](PhysAddr at) {
                return address_text(run_.events, run_.symbols, at);
            };
            merge_findings(
                all, run_.setup.suppressions.apply(
                         race_->findings({run_.symbols, run_.events, address}), run_.suppressed));
        }
    }
    Restorable* restorable() override { return race_.get(); }
    TurnListener* turns() override { return race_.get(); }

private:
    Watched& run_;
    const std::unique_ptr<RaceDetection> race_;
};

}  // namespace

constinit const OracleKind race_oracle{
    .name = "races",
    .why_off = [](const OracleSetup& setup) -> std::string_view {
        return setup.race != nullptr             ? ""
               : setup.kind == RunKind::FromBoot ? "no --race"
                                                 : "no race detection in this program";
    },
    .make = [](Watched& run, const ElfImage& kernel) -> std::unique_ptr<Oracle> {
        return std::make_unique<Races>(run, kernel);
    }};

}  // namespace stampede
