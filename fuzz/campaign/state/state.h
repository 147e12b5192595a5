// What a campaign knows, and keeps in OUT/state.json so that the next one, or this one after a
// kill, goes on from there.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "fuzz/campaign/slots/plan.h"
#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede::campaign {

// A curve. Times are of all runs together, in seconds that campaigns have worked.
struct Point {
    double at_s = 0;
    u64 value = 0;
    friend bool operator==(const Point&, const Point&) = default;
};
using Curve = std::vector<Point>;
// Adds a point; a curve that gets too long loses every second one, so a year of nights stays small.
void add_point(Curve& curve, Point point);

// What was learned of one finding beside what its folder says.
struct FindingRecord {
    u64 first_run = 0, last_run = 0;
    std::string first;                      // the slot whose files show it, as slot_name() has it
    std::set<std::string> policies, kinds;  // kinds of slots
    std::set<unsigned> harts;
    bool triaged = false;
    unsigned tried = 0, showed = 0;  // shown again so often; 0 tries: there is no way to
    std::string note;                // what triage did
    // Showed sometimes and sometimes not.
    [[nodiscard]] bool flaky() const { return triaged && showed < tried; }
    friend bool operator==(const FindingRecord&, const FindingRecord&) = default;
};

// What the slots of one kind, policy and number of harts did in this run.
struct CellKey {
    SlotKind kind = SlotKind::Fuzz;
    std::string policy;
    unsigned harts = 0;
    friend auto operator<=>(const CellKey&, const CellKey&) = default;
};
// Of slots that said which oracles watched them.
struct OracleRecord {
    u64 watched = 0, off = 0;  // slots
    std::string why_off;       // the last time
    friend bool operator==(const OracleRecord&, const OracleRecord&) = default;
};
struct CellRecord {
    u64 slots = 0;
    double seconds = 0;
    u64 executions = 0;                             // programs, or runs of a workload
    std::set<std::string> findings;                 // keys
    u64 problems = 0;                               // slots that did not end as they should
    std::string problem;                            // the last one's
    std::map<std::string, OracleRecord> oracles{};  // by name
    friend bool operator==(const CellRecord&, const CellRecord&) = default;
};

struct PolicyRecord {
    u64 features = 0;   // the most that a fuzz slot has had
    u64 minimised = 0;  // entries of the corpus after the last minimisation
    Curve coverage;     // features over time
    friend bool operator==(const PolicyRecord&, const PolicyRecord&) = default;
};

// From a start to its end, kills in between included.
struct RunRecord {
    u64 number = 1;
    double started = 0;   // seconds since 1970
    double worked_s = 0;  // of its time that is used up
    bool finished = false;
    u64 executions = 0;
    u64 left_out = 0;                     // units for which the corpus had no room
    std::set<std::string> findings;       // keys seen
    std::map<std::string, u64> features;  // by policy, at its end
    friend bool operator==(const RunRecord&, const RunRecord&) = default;
};

struct State {
    u64 next_slot = 0;
    double worked_s = 0;  // by all runs
    u64 executions = 0;   // by all runs
    Curve executed;
    RunRecord run;
    std::optional<RunRecord> previous;
    std::map<std::string, FindingRecord> findings;  // by key
    std::map<CellKey, CellRecord> cells;
    std::map<std::string, PolicyRecord> policies;

    // After a kill the run goes on; after an end the next one begins. Gives the seconds that are
    // left of `seconds`.
    double begin_run(double seconds, double now);
    void see(const std::string& key, const Slot& slot);
    [[nodiscard]] bool is_new(const std::string& key) const;

    friend bool operator==(const State&, const State&) = default;
};

[[nodiscard]] std::string state_json(const State& state);
// Error: names `name`, and what is wrong in it.
[[nodiscard]] Result<State> parse_state(const std::string& text, const std::string& name);

// An absent file is the state before the first run.
[[nodiscard]] Result<State> load_state(const std::filesystem::path& file);

}  // namespace stampede::campaign
