#include "stress/run/shell.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace stampede {

Result<RunOutcome> Shell::run(const RunSetup& setup, ConsoleLog& console) {
    const bool terminal = ::isatty(STDIN_FILENO) != 0;
    if (terminal) {
        fmt::print(stderr, "The guest's console; Ctrl-A x ends it, Ctrl-A h helps.\n");
    }
    const RawTerminal raw;
    RunListeners listeners;
    listeners.input_wanted = [&](Machine& machine) {
        input_.emplace(
            STDIN_FILENO, terminal ? TerminalInput::Source::Terminal : TerminalInput::Source::Pipe,
            [&machine] { machine.console_input_ready(); }, [this] { interrupts_.quit(); });
        input_->start();  // not before next() can find it
    };
    listeners.input_over = [this] { return input_ && input_->over(); };
    listeners.ended = [this] { input_.reset(); };
    return run_guest(setup, console, interrupts_, listeners);
}

}  // namespace stampede
