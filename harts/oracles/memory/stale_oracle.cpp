// Uses of stale translations (harts/observe/stale_translations.h) on a machine.
#include "harts/observe/stale_translations.h"
#include "harts/oracles/findings/stale_findings.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"

namespace stampede {
namespace {

class Stale final : public Oracle {
public:
    explicit Stale(Watched& run)
        : run_(run), stale_(run.machine.ram(), run.machine.harts(), [&run](u64 satp) {
              return run.events.runner_of(satp);
          }) {
        if (run.setup.tables == Tables::WatchedFromTheStart) {
            stale_.watch_tables();
        }
        run.machine.set_translation_watch(&stale_);
    }

    std::size_t count() const override { return stale_.count(); }
    bool limits_run() const override { return false; }
    void conclude(const RunFacts&, std::vector<Finding>& all) override {
        if (stale_.count() != 0) {
            merge_findings(all, stale_findings(stale_.reports(), run_.symbols));
        }
    }
    Restorable* restorable() override { return &stale_; }

private:
    const Watched& run_;
    StaleTranslations stale_;
};

}  // namespace

constinit const OracleKind stale_oracle{
    .name = "stale translations",
    .make = [](Watched& run, const ElfImage&) -> std::unique_ptr<Oracle> {
        return std::make_unique<Stale>(run);
    }};

}  // namespace stampede
