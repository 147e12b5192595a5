// What a run left behind when it ended, and the findings that follow from it.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "harts/report/finding.h"
#include "harts/oracles/guest/console_log.h"
#include "harts/oracles/guest/guest_events.h"
#include "harts/oracles/guest/guest_symbols.h"
#include "harts/oracles/progress/hart_status.h"
#include "harts/oracles/progress/watchdog.h"

namespace stampede {

// Why the harness let go of the machine.
enum class RunEnd : u8 {
    Finished,     // the guest wrote the finisher
    Interrupted,  // the user did not want any more
    Timeout,      // host time is up
    Stuck,        // the watchdog says so
    DeadHandler,  // a trap handler cannot run
    EndlessFault, // a program faults for ever at one instruction
    Panicked,     // the kernel gave up but did not end the machine
    EnoughFound,  // --max-findings
    Shown,        // what the run was after has shown
    InstructionsSpent,  // the run was not to be longer
    Left,         // the user left the shell, or its input has ended and it has nothing more to do
};

struct HartAtEnd {
    HartStatus status;
    GuestPlace place;
};

struct RunFacts {
    RunEnd end = RunEnd::Finished;
    std::optional<u32> exit_status;             // the finisher's
    std::optional<u64> done_status;             // of the guest call `done`
    std::chrono::seconds limit{0};              // of host time
    std::optional<Stuck> stuck;
    std::optional<DeadHandler> dead_handler;
    std::optional<EndlessFault> endless_fault;
    std::vector<FailedCheck> failed_checks;
    std::vector<AlarmingLine> alarming;         // of the console
    enum class UserTraps : u8 { Unexpected, Provoked };
    UserTraps user_traps = UserTraps::Unexpected;  // provoked ones are no findings
    std::string last_line;                      // of the console
    std::vector<HartAtEnd> harts;
    enum class CopyOnWrite : u8 { Optional, Missing, Seen };
    // Missing: it was expected, and nothing was copied or taken over.
    CopyOnWrite copy_on_write = CopyOnWrite::Optional;
    enum class Memory : u8 { Enough, Refused };
    // Refused: an allocation failed because that was asked for. Whoever cannot do without may give up then: a failing status is no finding.
    Memory memory = Memory::Enough;
    enum class Audit : u8 { NotExpected, Missing, Done };
    Audit audit = Audit::NotExpected;
    std::vector<Finding> audited;               // what the audit and the leak check found
};

// Failed checks and alarming lines so far: what can be found while the guest runs.
[[nodiscard]] std::vector<Finding> findings_while_running(const RunFacts& facts, const GuestSymbols& symbols);

// Those, and what the end of the run adds. A guest that says it failed is a finding even if nothing else was found.
[[nodiscard]] std::vector<Finding> findings_at_end(const RunFacts& facts, const GuestSymbols& symbols);

// One line: what the hart was doing, by name.
[[nodiscard]] std::string describe(const HartAtEnd& hart, const GuestSymbols& symbols);

// Adds `more` to `all`; of those with one title there is one, with the counts summed.
void merge_findings(std::vector<Finding>& all, std::vector<Finding> more);

}  // namespace stampede
