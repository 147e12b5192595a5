#include "stress/run/shell_line.h"

#include "harts/machine/machine.h"

namespace stampede {

void ShellLine::listen(ConsoleLog& console, Machine& machine) {
    if (prompt_.empty()) {
        return;
    }
    console.tell_at(prompt_, [this, &machine](u64 bytes) {
        prompt_ends_.store(bytes, std::memory_order_relaxed);
        machine.request_stop();
    });
}

std::optional<u8> ShellLine::next() {
    // acquire: the line was complete before; relaxed: readers take turns at the UART's lock
    const u64 at = read_.load(std::memory_order_relaxed);
    if (at >= readable_.load(std::memory_order_acquire)) {
        return std::nullopt;
    }
    read_.store(at + 1, std::memory_order_relaxed);
    return static_cast<u8>(line_[at]);
}

bool ShellLine::at_prompt(const ConsoleLog& console) const {
    return prompt_ends_.load(std::memory_order_relaxed) == console.bytes();
}

void ShellLine::type(Machine& machine) {
    typed_ = true;
    prompt_ends_.store(never, std::memory_order_relaxed);
    readable_.store(line_.size(), std::memory_order_release);
    machine.console_input_ready();
}

}  // namespace stampede
