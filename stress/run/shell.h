// `stress shell`: the guest's console on this terminal.
#pragma once
#include <optional>

#include "harts/oracles/guest/console_log.h"
#include "stress/run/interrupts.h"
#include "stress/run/run.h"
#include "stress/run/terminal.h"

namespace stampede {

// The input begins once the guest can take it, and ends with its machine. All changes to it while
// harts are parked.
class Shell {
public:
    explicit Shell(Interrupts& interrupts) : interrupts_(interrupts) {}

    [[nodiscard]] std::optional<u8> next() { return input_ ? input_->take() : std::nullopt; }

    [[nodiscard]] Result<RunOutcome> run(const RunSetup& setup, ConsoleLog& console);

private:
    Interrupts& interrupts_;
    std::optional<TerminalInput> input_;
};

}  // namespace stampede
