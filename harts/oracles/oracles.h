// All oracles of one run: made for it, attached to its machine, asked in their order. Who cannot
// watch the run is named with the reason.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "harts/oracles/oracle.h"
#include "harts/oracles/watched.h"
#include "harts/report/forms/oracle_list.h"

namespace stampede {

class AllEvents;
class AllTurns;

class Oracles {
public:
    // The machine has not run; it and `console` outlive this. `kernel` is what it runs.
    Oracles(Machine& machine, const ElfImage& kernel, ConsoleLog& console,
            const OracleSetup& setup);
    ~Oracles();
    Oracles(const Oracles&) = delete;
    Oracles& operator=(const Oracles&) = delete;

    // Harts parked, all that follow.
    [[nodiscard]] Watched& run() { return run_; }
    [[nodiscard]] const Watched& run() const { return run_; }
    // For run_scheduled(); null where nobody wants to hear of turns.
    [[nodiscard]] TurnListener* turns() { return turns_; }
    // What a snapshot takes back beside the machine: oracles, and what they hear by.
    [[nodiscard]] std::vector<Restorable*> restorables();

    // Now and then. A value: somebody wants the run to end.
    [[nodiscard]] std::optional<RunEnd> look();
    // The guest is at its quiescent point, or all sleep where that is one.
    void at_quiescence();
    [[nodiscard]] std::vector<Finding> findings(const RunFacts& facts);

    // So far, at little cost: all, and those that count towards a run's limit.
    [[nodiscard]] std::size_t count() const;
    [[nodiscard]] std::size_t count_to_limit() const;

    // Those that are for such runs, in their order; what the guest did not feed until now is off.
    [[nodiscard]] std::vector<OracleReport> report() const;

    // Those that watch.
    [[nodiscard]] const std::vector<std::unique_ptr<Oracle>>& all() const { return oracles_; }

private:
    void attach();

    Watched run_;
    std::vector<std::unique_ptr<Oracle>> oracles_;
    struct Entry {
        OracleReport report;
        Feeds needs;
    };
    std::vector<Entry> entries_;             // of those that are for such runs
    std::unique_ptr<AllEvents> all_events_;  // null: one listens, or none
    std::unique_ptr<AllTurns> all_turns_;
    TurnListener* turns_ = nullptr;
};

}  // namespace stampede
