#include "fuzz/campaign/state/journal.h"

#include <algorithm>

#include "harts/report/atomic_file.h"

namespace stampede::campaign {
namespace {

constexpr double least_slot_s = 2;
constexpr u64 planned_at_once = 256;
constexpr u64 least_to_minimise = 100;  // entries

// Often enough for a curve to look at.
double between_points(double seconds) { return std::clamp(seconds / 200, 0.5, 60.0); }

bool is_due(const Curve& curve, double now, double distance) {
    return curve.empty() || now - curve.back().at_s >= distance;
}

}  // namespace

Journal::Journal(State state, PlanSetup plan, std::filesystem::path file, double seconds,
                 std::function<double()> clock)
    : state_(std::move(state)),
      plan_(std::move(plan)),
      file_(std::move(file)),
      seconds_(seconds),
      clock_(std::move(clock)),
      start_(clock_()),
      before_run_s_(state_.run.worked_s),
      before_all_s_(state_.worked_s) {
    FutexGuard guard(lock_);
    save_locked();
}

void Journal::advance_locked() {
    const double here = clock_() - start_;
    state_.run.worked_s = std::min(before_run_s_ + here, seconds_);
    state_.worked_s = before_all_s_ + here;
}

void Journal::save_locked() {
    advance_locked();
    saved_ = write_file_atomically(file_, state_json(state_));
}

std::optional<Slot> Journal::next_slot() {
    FutexGuard guard(lock_);
    const double left = seconds_ - worked_locked();
    if (left < least_slot_s || !saved_) {
        return std::nullopt;
    }
    if (state_.next_slot >= slots_.size()) {
        slots_ = campaign::plan(plan_, state_.next_slot + planned_at_once);
    }
    Slot slot = slots_[state_.next_slot++];
    slot.seconds = std::min(slot.seconds, left);
    save_locked();
    return slot;
}

void Journal::heard(const Slot& slot, u64 executions, u64 features) {
    FutexGuard guard(lock_);
    advance_locked();
    u64& before = executed_[slot.number];
    state_.executions += executions - before;
    state_.run.executions += executions - before;
    before = executions;
    const double distance = between_points(seconds_);
    if (is_due(state_.executed, state_.worked_s, distance)) {
        add_point(state_.executed, {state_.worked_s, state_.executions});
    }
    // Only these repeat: what races and parallel harts cover is another thing each time.
    if (PolicyRecord& policy = state_.policies[slot.policy];
        slot.kind == SlotKind::Fuzz && features > policy.features) {
        policy.features = features;
        if (is_due(policy.coverage, state_.worked_s, distance)) {
            add_point(policy.coverage, {state_.worked_s, features});
        }
    }
}

void Journal::saw(const Slot& slot, const std::string& key) {
    FutexGuard guard(lock_);
    state_.see(key, slot);
}

void Journal::can_show(const Slot& slot, const std::string& key) {
    FutexGuard guard(lock_);
    state_.findings[key].first = slot_name(slot);
    state_.findings[key].triaged = false;
}

void Journal::took_in(const TakenIn& taken) {
    FutexGuard guard(lock_);
    state_.run.left_out += taken.no_room;
}

void Journal::end_slot(const Slot& slot, const SlotResult& result) {
    heard(slot, result.executions, result.features);
    FutexGuard guard(lock_);
    executed_.erase(slot.number);
    CellRecord& cell = state_.cells[{slot.kind, slot.policy, slot.harts}];
    ++cell.slots;
    cell.seconds += result.seconds;
    cell.executions += result.executions;
    if (!result.problem.empty()) {
        ++cell.problems;
        cell.problem = result.problem;
    }
    for (const OracleReport& oracle : result.oracles) {
        OracleRecord& record = cell.oracles[oracle.name];
        ++(oracle.on() ? record.watched : record.off);
        record.why_off = oracle.on() ? record.why_off : oracle.why_off;
    }
    save_locked();
}

std::optional<std::pair<std::string, FindingRecord>> Journal::claim_finding() {
    FutexGuard guard(lock_);
    for (const auto& [key, record] : state_.findings) {
        if (!record.triaged && in_triage_.insert(key).second) {
            return std::pair(key, record);
        }
    }
    return std::nullopt;
}

void Journal::triaged(const std::string& key, const TriageResult& result) {
    FutexGuard guard(lock_);
    FindingRecord& record = state_.findings[key];
    record.triaged = true;
    record.tried = result.tried;
    record.showed = result.showed;
    record.note = result.note;
    in_triage_.erase(key);
    save_locked();
}

bool Journal::claim_corpus(const std::string& policy, u64 entries) {
    FutexGuard guard(lock_);
    const u64 before = state_.policies[policy].minimised;
    return entries >= std::max(least_to_minimise, before + before / 2) &&
           in_minimisation_.insert(policy).second;
}

void Journal::minimised(const std::string& policy, std::optional<u64> entries) {
    FutexGuard guard(lock_);
    in_minimisation_.erase(policy);
    if (entries) {
        state_.policies[policy].minimised = *entries;
        save_locked();
    }
}

double Journal::left_s() {
    FutexGuard guard(lock_);
    return seconds_ - worked_locked();
}

void Journal::finish_run() {
    FutexGuard guard(lock_);
    advance_locked();
    add_point(state_.executed, {state_.worked_s, state_.executions});
    for (auto& [policy, record] : state_.policies) {
        add_point(record.coverage, {state_.worked_s, record.features});
        state_.run.features[policy] = record.features;
    }
    state_.run.finished = true;
    save_locked();
}

Result<void> Journal::saved() {
    FutexGuard guard(lock_);
    return saved_;
}

State Journal::state() {
    FutexGuard guard(lock_);
    return state_;
}

}  // namespace stampede::campaign
