// Audits at chosen moments of a repeatable schedule (harts/observe/audit/instant.h): between turns, so that the schedule is the same with
// and without them. How far apart follows from the seed, and from how much there was to look at: they take about a twentieth of the run at most.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "harts/machine/machine.h"
#include "harts/report/finding.h"

namespace stampede {

struct MomentTotals {
    u64 audits = 0;
    u64 with_counts = 0;   // … of these, while no hart stood in the policy
    double seconds = 0;    // of the host, all together
};

class AuditMoments final : public TurnListener {
public:
    // `table`: where the kernel's audit table is, once it has announced it. `next` hears of every turn too; may be null.
    AuditMoments(Machine& machine, u64 seed, std::function<std::optional<PhysAddr>()> table, TurnListener* next)
        : machine_(machine), table_(std::move(table)), next_(next), random_(seed) {}

    void on_turn(HartId hart) override;
    void on_turns_over() override;

    [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
    [[nodiscard]] const MomentTotals& totals() const { return totals_; }

private:
    void audit_now(PhysAddr table);
    [[nodiscard]] u64 instructions() const;
    void choose_next(u64 work);

    Machine& machine_;
    const std::function<std::optional<PhysAddr>()> table_;
    TurnListener* const next_;
    u64 random_;
    u64 turns_ = 0;
    u64 due_ = 0;                   // instructions of all harts
    u64 waited_ = 0;
    MomentTotals totals_;
    std::vector<Finding> findings_;
};

}  // namespace stampede
