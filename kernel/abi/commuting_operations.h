// What kernel/user/bench/commute.cpp does, and how it tells a listening harness (GuestCall::mark).
#pragma once
#include <array>
#include <cstdint>

namespace stampede::abi {

// Of two processes with a pipe, a file, pages and a child of their own each, any two of these
// commute.
enum class CommutingOperation : std::uint8_t {
    getpid,
    dup,
    fork,
    wait,
    fault,
    take_over,
    grow,
    shrink,
    pipe,
    pipe_io,
    open,
    read,
    write,
};
inline constexpr std::array<const char*, 13> commuting_operation_names{
    "getpid", "dup",  "fork",    "wait", "fault", "take_over", "grow",
    "shrink", "pipe", "pipe_io", "open", "read",  "write",
};

// The operand of GuestCall::mark: process `process` (0 or 1) is about to do the operation, or has
// done it.
constexpr std::uint64_t commuting_mark(std::uint64_t process, CommutingOperation operation,
                                       bool done) {
    return process << 16 | static_cast<std::uint64_t>(operation) << 1 |
           static_cast<std::uint64_t>(done);
}

}  // namespace stampede::abi
