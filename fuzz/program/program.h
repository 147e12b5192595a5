// A program: what a fuzzer makes for the guest kernel, one to four processes of system calls,
// stores and loads that run at the same time. A plain value.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fuzz/program/call_shapes.h"
#include "fuzz/program/generate/schedule_choice.h"

namespace stampede::fuzz {

struct Call;
using Calls = std::vector<Call>;

// One call. What its shape (call_shapes.h) does not have is as it is initialised.
struct Call {
    CallKind kind = CallKind::getpid;
    u8 slot = 0;  // below program_slots
    Descriptor descriptor;
    Pid pid;
    Path path;
    Path second_path;
    Address address;
    Length length;
    i32 number = 0;  // within numbers_of() its operand
    Calls body;      // of fork: what the child does; then it exits with 0, unless it has before

    friend bool operator==(const Call&, const Call&) = default;
};

struct Process {
    Calls calls;
    friend bool operator==(const Process&, const Process&) = default;
};

struct Program {
    static constexpr unsigned most_processes = abi::program_processes;
    static constexpr unsigned most_calls = 64;   // of all processes, bodies included
    static constexpr unsigned most_forks = 8;    // of all processes
    static constexpr unsigned deepest_fork = 3;  // forks inside each other

    ScheduleChoice schedule;
    std::vector<Process> processes;  // at least one

    friend bool operator==(const Program&, const Program&) = default;
};

// How many calls and forks there are, bodies included, and how deep forks stand in each other.
struct Extent {
    unsigned calls = 0;
    unsigned forks = 0;
    unsigned depth = 0;
};
[[nodiscard]] Extent extent_of(const Calls& calls);
[[nodiscard]] Extent extent_of(const Program& program);

// What limit or range the program breaks; nothing where it is a valid one.
[[nodiscard]] std::optional<std::string> flaw(const Program& program);

}  // namespace stampede::fuzz
