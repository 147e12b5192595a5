// The ledger of frames (harts/observe/frame_ledger.h) on a machine.
#include "harts/core/hart.h"
#include "harts/observe/frame_ledger.h"
#include "harts/observe/kernel/inferred_view.h"
#include "harts/oracles/findings/frame_findings.h"
#include "harts/oracles/memory/allocator_feed.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"

namespace stampede {
namespace {

class Frames final : public Oracle {
public:
    Frames(Watched& run, const ElfImage& kernel)
        : run_(run), ledger_(run.machine.ram(), run.setup.drive) {
        run.machine.set_frame_watch(&ledger_);
        run.frames = &ledger_;
        if (run.setup.described != nullptr) {
            follow_allocator(kernel, *run.setup.described);
        } else {
            run.events.tell(ledger_);
        }
    }
    ~Frames() override {
        run_.machine.set_frame_watch(nullptr);
        if (feed_) {
            run_.machine.remove_code_marks(*feed_);
        }
    }
    Frames(const Frames&) = delete;
    Frames& operator=(const Frames&) = delete;

    std::size_t count() const override { return ledger_.count(); }
    void conclude(const RunFacts&, std::vector<Finding>& all) override {
        if (ledger_.count() != 0) {
            merge_findings(all, frame_findings(ledger_, run_.symbols));
        }
    }
    Restorable* restorable() override { return &ledger_; }

private:
    // Fast ways to frames that are free end.
    void follow_allocator(const ElfImage& kernel, const KernelDescription& described) {
        const Ram& ram = run_.machine.ram();
        Inferred<AllocatorCalls> calls = find_allocator_calls(kernel, described);
        const auto view = inferred_processes(ram, described);
        if (!calls || !view) {
            return;
        }
        for (u32 n = 0; n < run_.machine.harts(); ++n) {
            run_.machine.hart({n}).tlb.flush_all();
        }
        ledger_.begin(*view, frames_on(*calls, ram));
        feed_.emplace(std::move(*calls.value), ram, ledger_);
        run_.machine.add_code_marks(*feed_);
    }

    Watched& run_;
    FrameLedger ledger_;
    std::optional<AllocatorFeed> feed_;
};

}  // namespace

constinit const OracleKind frame_oracle{
    .name = "frame ledger",
    .needs = {Feed::FrameCalls},
    .make = [](Watched& run, const ElfImage& kernel) -> std::unique_ptr<Oracle> {
        return std::make_unique<Frames>(run, kernel);
    }};

}  // namespace stampede
