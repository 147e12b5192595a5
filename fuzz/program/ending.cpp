#include "fuzz/program/ending.h"

#include <algorithm>

namespace stampede::fuzz {

namespace {

constexpr u32 least_pipe = 512;   // bytes that every pipe holds: xv6's PIPESIZE

enum class Of : u8 { Process, Child };

bool may_last(const Call& call, Of whom) {
    switch (call.kind) {
    case CallKind::kill:
    case CallKind::exec:
    case CallKind::jump:
    case CallKind::make_program: return true;
    case CallKind::read: return whom == Of::Child;
    default: return false;
    }
}

// Adds what all of them write together, or says no.
bool check(const Calls& calls, Of whom, u32& written) {
    return std::ranges::none_of(calls, [&](const Call& call) {
        if (call.kind == CallKind::write) {
            written = call.length.plain() ? std::min(written + call.length.code, least_pipe + 1) : least_pipe + 1;
        }
        return may_last(call, whom) || written > least_pipe || !check(call.body, Of::Child, written);
    });
}

}  // namespace

bool only_reads_may_last(const Program& program) {
    u32 written = 0;
    return std::ranges::all_of(program.processes, [&](const Process& process) { return check(process.calls, Of::Process, written); });
}

}  // namespace stampede::fuzz
