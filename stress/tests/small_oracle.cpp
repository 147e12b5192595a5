// An oracle of the tests' own, entered here and nowhere else: a process that asks how long the
// machine is up has asked too much. Whatever is linked with this file has it.
#include "harts/core/hart.h"
#include "harts/core/hart_events.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"
#include "kernel/abi/system_calls.h"

namespace stampede {
namespace {

constexpr u64 user_ecall = 8;  // scause
constexpr unsigned a7 = 17;    // x register

class Uptime final : public Oracle, public HartEvents, public Restorable {
public:
    HartEvents* events() override { return this; }
    Restorable* restorable() override { return this; }
    // One thread drives all harts.
    void on_trap(const HartState& state, u64 cause, u64, Privilege) override {
        asked_ +=
            cause == user_ecall && state.x[a7] == static_cast<u64>(abi::SystemCall::uptime) ? 1 : 0;
    }
    void save() override { saved_ = asked_; }
    void restore() override { asked_ = saved_; }

    void conclude(const RunFacts&, std::vector<Finding>& all) override {
        if (asked_ != saved_) {
            Finding finding;
            finding.kind = FindingKind::check_failed;
            finding.title = "a process asks how long the machine is up";
            finding.count = asked_ - saved_;
            merge_findings(all, {std::move(finding)});
        }
    }

private:
    u64 asked_ = 0, saved_ = 0;
};

const AddedOracle added{{.name = "uptime",
                         .why_off = [](const OracleSetup& setup) -> std::string_view {
                             return setup.drive == Drive::ThreadAHart ? "a thread a hart" : "";
                         },
                         .make = [](Watched&, const ElfImage&) -> std::unique_ptr<Oracle> {
                             return std::make_unique<Uptime>();
                         }}};

}  // namespace
}  // namespace stampede
