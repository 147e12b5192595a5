// The ledger of frames (harts/observe/frame_ledger.h) on a machine.
#include "harts/observe/frame_ledger.h"
#include "harts/oracles/findings/frame_findings.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"

namespace stampede {
namespace {

class Frames final : public Oracle {
public:
    explicit Frames(Watched& run) : run_(run), ledger_(run.machine.ram(), run.setup.drive) {
        run.machine.set_frame_watch(&ledger_);
        run.events.tell(ledger_);
        run.frames = &ledger_;
    }

    std::size_t count() const override { return ledger_.count(); }
    void conclude(const RunFacts&, std::vector<Finding>& all) override {
        if (ledger_.count() != 0) {
            merge_findings(all, frame_findings(ledger_, run_.symbols));
        }
    }
    Restorable* restorable() override { return &ledger_; }

private:
    const Watched& run_;
    FrameLedger ledger_;
};

}  // namespace

constinit const OracleKind frame_oracle{
    .name = "frame ledger",
    .needs = {Feed::FrameCalls},
    .make = [](Watched& run, const ElfImage&) -> std::unique_ptr<Oracle> {
        return std::make_unique<Frames>(run);
    }};

}  // namespace stampede
