// A line for the guest's shell, typed by nobody, and the prompt that comes back when it is done.
#pragma once
#include <atomic>
#include <optional>
#include <string>

#include "harts/oracles/guest/console_log.h"

namespace stampede {

class Machine;

class ShellLine {
public:
    // `line` without its end; with an empty prompt nothing is ever typed.
    ShellLine(std::string prompt, std::string line)
        : prompt_(std::move(prompt)), line_(std::move(line) + "\n") {}

    // From now on the console tells of prompts; each stops the machine. Harts parked.
    void listen(ConsoleLog& console, Machine& machine);
    // What the console's input is: the next byte, once it is typed. On a hart's thread.
    [[nodiscard]] std::optional<u8> next();

    // Harts parked, all that follow. Whether the guest waits for a line: it has shown its prompt,
    // and nothing behind it until now.
    [[nodiscard]] bool at_prompt(const ConsoleLog& console) const;
    // The line is there to be read.
    void type(Machine& machine);
    [[nodiscard]] bool typed() const { return typed_; }

private:
    static constexpr u64 never = ~u64{0};

    const std::string prompt_, line_;
    bool typed_ = false;
    // By the hart that sends the prompt's end: bytes on the console up to it. relaxed: looked at
    // when harts are parked
    std::atomic<u64> prompt_ends_{never};
    std::atomic<u64> read_{0};      // bytes of the line, by the hart that reads them
    std::atomic<u64> readable_{0};  // its length once it is typed; released to harts
};

}  // namespace stampede
