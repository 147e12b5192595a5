// How a run ended, as far as findings follow from it.
#pragma once
#include <chrono>
#include <optional>

#include "harts/base/types.h"

namespace stampede {

// Why the harness let go of the machine.
enum class RunEnd : u8 {
    Finished,           // the guest wrote the finisher
    Interrupted,        // the user did not want any more
    Timeout,            // host time is up
    Stuck,              // the watchdog says so
    DeadHandler,        // a trap handler cannot run
    EndlessFault,       // a program faults for ever at one instruction
    Panicked,           // the kernel gave up but did not end the machine
    EnoughFound,        // --max-findings
    Shown,              // what the run was after has shown
    InstructionsSpent,  // the run was not to be longer
    Left,      // the user left the shell, or its input has ended and it has nothing more to do
    NoPrompt,  // its shell never asked for a line
    Asleep,    // nothing can wake anybody any more, which is how a program of the fuzzer's ends
};

struct RunFacts {
    RunEnd end = RunEnd::Finished;
    std::optional<u32> exit_status{};  // the finisher's
    std::chrono::seconds limit{0};     // of host time
    enum class CopyOnWrite : u8 { Optional, Missing, Seen };
    // Missing: it was expected, and nothing was copied or taken over.
    CopyOnWrite copy_on_write = CopyOnWrite::Optional;
    enum class Memory : u8 { Enough, Refused };
    // Refused: an allocation failed because that was asked for. Whoever cannot do without may give
    // up then: a failing status is no finding.
    Memory memory = Memory::Enough;

    // What is expected of the guest before it begins: provoked traps of programs are no findings,
    // and an end without an audit is one where that is Missing.
    enum class UserTraps : u8 { Unexpected, Provoked };
    enum class Audit : u8 { NotExpected, Missing };
};

}  // namespace stampede
