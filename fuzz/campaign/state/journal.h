// What the workers of a campaign share: the state, in memory and on disk.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/campaign/corpus/corpus.h"
#include "fuzz/campaign/slots/plan.h"
#include "fuzz/campaign/slots/slot_run.h"
#include "fuzz/campaign/state/state.h"
#include "fuzz/campaign/triage/triage.h"
#include "harts/base/futex.h"

namespace stampede::campaign {

// Any thread. The file is written at each slot's begin and end, and after each triage.
class Journal {
public:
    // `clock`: seconds of any steady clock.
    Journal(State state, PlanSetup plan, std::filesystem::path file, double seconds,
            std::function<double()> clock);

    // The next slot, cut to what is left of the time; nothing when that is too little.
    std::optional<Slot> next_slot() EXCLUDES(lock_);
    // Of a slot that runs, since its beginning.
    void heard(const Slot& slot, u64 executions, u64 features) EXCLUDES(lock_);
    void saw(const Slot& slot, const std::string& key) EXCLUDES(lock_);
    // This slot is the first whose files can show it again: it is looked at once more.
    void can_show(const Slot& slot, const std::string& key) EXCLUDES(lock_);
    void took_in(const TakenIn& taken) EXCLUDES(lock_);
    void end_slot(const Slot& slot, const SlotResult& result) EXCLUDES(lock_);

    // A finding that nobody has looked at yet; it is the asker's.
    std::optional<std::pair<std::string, FindingRecord>> claim_finding() EXCLUDES(lock_);
    void triaged(const std::string& key, const TriageResult& result) EXCLUDES(lock_);

    // Whether the corpus has grown by half since its last minimisation; then it is the asker's
    // until minimised().
    bool claim_corpus(const std::string& policy, u64 entries) EXCLUDES(lock_);
    // Nothing: it did not work out.
    void minimised(const std::string& policy, std::optional<u64> entries) EXCLUDES(lock_);

    [[nodiscard]] double left_s() EXCLUDES(lock_);
    void finish_run() EXCLUDES(lock_);
    // How the state got to disk the last time.
    [[nodiscard]] Result<void> saved() EXCLUDES(lock_);
    [[nodiscard]] State state() EXCLUDES(lock_);

private:
    double worked_locked() const REQUIRES(lock_) { return before_run_s_ + clock_() - start_; }
    void advance_locked() REQUIRES(lock_);
    void save_locked() REQUIRES(lock_);

    FutexLock lock_;
    State state_ GUARDED_BY(lock_);
    std::vector<Slot> slots_ GUARDED_BY(lock_);      // planned so far
    std::map<u64, u64> executed_ GUARDED_BY(lock_);  // of the slots that run, by number
    std::set<std::string> in_triage_ GUARDED_BY(lock_), in_minimisation_ GUARDED_BY(lock_);
    Result<void> saved_ GUARDED_BY(lock_);
    const PlanSetup plan_;
    const std::filesystem::path file_;
    const double seconds_;  // of the run
    const std::function<double()> clock_;
    const double start_;
    // worked when this process began: in this run, in all
    const double before_run_s_, before_all_s_;
};

}  // namespace stampede::campaign
