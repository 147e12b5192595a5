#include "harts/oracles/race/race_detection.h"

#include <algorithm>

#include "harts/core/hart.h"
#include "harts/observe/coverage/branch_coverage.h"
#include "harts/observe/coverage/interleaving_coverage.h"
#include "harts/observe/race/race_engine.h"
#include "harts/observe/race/race_observer.h"
#include "harts/oracles/race/race_findings.h"

namespace stampede {
namespace {

std::vector<Hart*> harts_of(Machine& machine) {
    std::vector<Hart*> harts;
    for (u32 n = 0; n < machine.harts(); ++n) {
        harts.push_back(&machine.hart({n}));
    }
    return harts;
}

class Detection final : public RaceDetection {
public:
    Detection(Machine& machine, const ElfImage& kernel, Drive drive)
        : machine_(machine), observer_(machine.ram(), harts_of(machine), drive) {
        // as in xv6
        observer_.set_lock_functions(
            {kernel.address_of("acquire").value_or(0), kernel.address_of("release").value_or(0)});
        machine.set_observers({&observer_}, racing_engine);
    }
    ~Detection() override { machine_.set_observers({}); }
    Detection(const Detection&) = delete;
    Detection& operator=(const Detection&) = delete;

    void on_turn(HartId hart) override { observer_.switch_to(hart); }
    void on_turns_over() override { observer_.leave(); }
    void save() override {
        observer_.save();
        saved_ = version();
    }
    void restore() override { observer_.restore(); }
    void expect_snapshot(BranchCoverage* branches, InterleavingCoverage* meetings) override {
        observer_.expect_snapshot();
        std::vector<Observer*> all{&observer_};
        if (branches != nullptr) {
            all.push_back(branches);
        }
        if (meetings != nullptr) {
            all.push_back(meetings);
        }
        machine_.set_observers(std::move(all), meetings != nullptr   ? racing_meetings_engine
                                               : branches != nullptr ? racing_branches_engine
                                                                     : racing_again_engine);
    }
    u64 version() const override { return count() + observer_.lock_order().size(); }
    bool news() const override { return version() > saved_; }
    std::size_t count() const override { return observer_.reports().size(); }

    std::vector<Finding> findings(const RaceNaming& naming) const override {
        const RaceFindings names(naming, observer_.locks());
        std::vector<Finding> all;
        for (std::size_t n = 0; n < observer_.reports().size(); ++n) {
            if (const Race race = observer_.reports().race(n); !observer_.is_taken_back(race)) {
                all.push_back(names.race(race));
            }
        }
        for (const std::vector<LockEdge>& cycle :
             observer_.lock_order().cycles(observer_.locks())) {
            all.push_back(names.lock_order(cycle));
        }
        return all;
    }

    std::optional<u32> holder_of(PhysAddr word) const override {
        const LockWord known = observer_.locks().find(word.value);
        return known.is_lock() && known.holder != 0 ? std::optional(known.holder - 1)
                                                    : std::nullopt;
    }

private:
    Machine& machine_;
    RaceObserver observer_;
    u64 saved_ = 0;
};

}  // namespace

std::unique_ptr<RaceDetection> make_race_detection(Machine& machine, const ElfImage& kernel,
                                                   Drive drive) {
    return std::make_unique<Detection>(machine, kernel, drive);
}

}  // namespace stampede
