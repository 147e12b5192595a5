// Audits at chosen moments of a repeatable schedule (harts/observe/audit/instant.h): between turns,
// so that the schedule is the same with and without them. How far apart follows from the seed, and
// from how much there was to look at: they take about a twentieth of the run at most.
#include <chrono>

#include "harts/core/hart.h"
#include "harts/oracles/memory/policy_use.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"

namespace stampede {
namespace {

constexpr u64 turns_between_looks = 16;  // at the instruction count: a power of two
// An audit takes about as long as so many instructions: for itself, and for each leaf that it looks
// at.
constexpr u64 cost_of_audit = 400'000, cost_of_leaf = 60;
constexpr u64 patience = 32;  // looks that find a hart in the policy before counts are left out
constexpr u64 share = 20;     // one part audit in so many parts run

// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014
u64 split_mix(u64& state) {
    u64 z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

class AuditMoments final : public Oracle, public TurnListener {
public:
    explicit AuditMoments(Watched& run) : run_(run), random_(run.setup.seed) {}

    TurnListener* turns() override { return this; }
    void on_turn(HartId) override {
        if (turns_++ % turns_between_looks == 0 && instructions() >= due_) {
            if (run_.events.audit_table()) {
                audit_now();
            } else {
                choose_next(0);
            }
        }
    }
    void on_turns_over() override {}

    std::size_t count() const override { return findings_.size(); }
    void conclude(const RunFacts&, std::vector<Finding>& all) override {
        merge_findings(all, findings_);
    }

private:
    u64 instructions() const {
        u64 sum = 0;
        for (u32 n = 0; n < run_.machine.harts(); ++n) {
            sum += run_.machine.hart({n}).own.executed_now();
        }
        return sum;
    }

    // Half to one and a half times what keeps audits at their share.
    void choose_next(u64 leaves) {
        const u64 mean = share * (cost_of_audit + cost_of_leaf * leaves);
        due_ = instructions() + mean / 2 + split_mix(random_) % mean;
    }

    void audit_now() {
        const auto began = std::chrono::steady_clock::now();
        const auto view = run_.events.audit_view();
        if (!view) {
            choose_next(0);
            return;  // the audit at the end says so
        }
        const PolicyUse use = policy_use(*view, run_.machine);
        if (use == PolicyUse::Busy && waited_++ < patience) {
            return;  // due still: at one of the next looks nobody may be in there
        }
        waited_ = 0;
        InstantAudit audit = audit_instant(*view, use);
        merge_findings(findings_, std::move(audit.findings));
        ++run_.moments.audits;
        run_.moments.with_counts += use == PolicyUse::Idle;
        run_.moments.seconds +=
            std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        choose_next(audit.mappings);
    }

    Watched& run_;
    u64 random_;
    u64 turns_ = 0;
    u64 due_ = 0;  // instructions of all harts
    u64 waited_ = 0;
    std::vector<Finding> findings_;
};

}  // namespace

constinit const OracleKind moment_oracle{
    .name = "audit at any instant",
    .needs = {Feed::AuditTable},
    .runs = OracleKind::Runs::FromBoot,
    // An audit's own threads would take part in race detection.
    .why_off = [](const OracleSetup& setup) -> std::string_view {
        return setup.drive == Drive::ThreadAHart ? "a thread a hart"
               : setup.race != nullptr           ? "with --race"
                                                 : "";
    },
    .make = [](Watched& run, const ElfImage&) -> std::unique_ptr<Oracle> {
        return std::make_unique<AuditMoments>(run);
    }};

}  // namespace stampede
