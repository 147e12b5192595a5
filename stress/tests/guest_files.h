// Where the tests' guests are, and a run of one with settings that suit a test.
#pragma once
#include <string>

#include "harts/guests/our_kernel.h"
#include "stress/run/run.h"

namespace stampede {

inline Guest guest_of(const std::string& policy) { return our_kernel(STAMPEDE_GUESTS, policy); }
inline std::filesystem::path hostile_file(const std::string& name) {
    return std::filesystem::path(STAMPEDE_HOSTILE_GUESTS) / (name + ".elf");
}

// Runs `setup`; what the guest said goes to `said`, if that is wanted.
inline Result<RunOutcome> run_quietly(const RunSetup& setup, std::string* said = nullptr,
                                      const RunListeners& listeners = {}) {
    ConsoleLog console;
    Interrupts interrupts;
    Result<RunOutcome> outcome = run_guest(setup, console, interrupts, listeners);
    if (said != nullptr) {
        *said = console.text();
    }
    return outcome;
}

}  // namespace stampede
