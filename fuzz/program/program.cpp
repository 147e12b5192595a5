#include "fuzz/program/program.h"

#include <fmt/format.h>

#include <algorithm>

namespace stampede::fuzz {

namespace {

bool in_range(const Call& call, Operand operand) {
    switch (operand) {
    case Operand::Result:
    case Operand::PipeSlot: return call.slot < abi::program_slots;
    case Operand::Descriptor: return call.descriptor.index < abi::program_descriptor::count;
    case Operand::Pid: return call.pid.index < abi::program_pid::count;
    case Operand::Path: return call.path.index < abi::program_path_limit;
    case Operand::SecondPath: return call.second_path.index < abi::program_path_limit;
    case Operand::Address:
    case Operand::OptionalAddress: {
        if (static_cast<unsigned>(call.address.base) >= abi::program_base_count) {
            return false;
        }
        const OffsetRange range = offsets_of(call.address.base);
        return call.address.offset >= range.first && call.address.offset <= range.last;
    }
    case Operand::Length: return call.length.code < Length::limit;
    case Operand::None:
    case Operand::Body: return true;
    default: {
        const NumberRange range = numbers_of(operand);
        return (call.number >= range.first && call.number <= range.last) ||
               (operand == Operand::HeapBytes && call.number == least_heap_bytes);
    }
    }
}

// `call` without what its shape has: what is left must be as it is initialised.
Call without_operands(const Call& call) {
    Call rest = call;
    const Call none;
    for (const Operand operand : operands_of(call.kind)) {
        switch (operand) {
        case Operand::Result:
        case Operand::PipeSlot: rest.slot = none.slot; break;
        case Operand::Descriptor: rest.descriptor = {}; break;
        case Operand::Pid: rest.pid = {}; break;
        case Operand::Path: rest.path = {}; break;
        case Operand::SecondPath: rest.second_path = {}; break;
        case Operand::Address:
        case Operand::OptionalAddress: rest.address = {}; break;
        case Operand::Length: rest.length = {}; break;
        case Operand::Body: rest.body.clear(); break;
        default: rest.number = none.number; break;
        }
    }
    return rest;
}

std::optional<std::string> flaw(const Calls& calls) {
    for (const Call& call : calls) {
        if (static_cast<unsigned>(call.kind) - 1 >= abi::program_call_count) {
            return "a call of no kind";
        }
        for (const Operand operand : operands_of(call.kind)) {
            if (!in_range(call, operand)) {
                return fmt::format("{}: an operand out of its range", shape_of(call.kind).name);
            }
        }
        Call nothing;
        nothing.kind = call.kind;
        if (without_operands(call) != nothing) {
            return fmt::format("{}: an operand that it does not have", shape_of(call.kind).name);
        }
        if (auto inside = flaw(call.body)) {
            return inside;
        }
    }
    return std::nullopt;
}

}  // namespace

Extent extent_of(const Calls& calls) {
    Extent sum;
    for (const Call& call : calls) {
        ++sum.calls;
        if (call.kind == CallKind::fork) {
            const Extent inside = extent_of(call.body);
            sum.calls += inside.calls;
            sum.forks += inside.forks + 1;
            sum.depth = std::max(sum.depth, inside.depth + 1);
        }
    }
    return sum;
}

Extent extent_of(const Program& program) {
    Extent sum;
    for (const Process& process : program.processes) {
        const Extent one = extent_of(process.calls);
        sum = {sum.calls + one.calls, sum.forks + one.forks, std::max(sum.depth, one.depth)};
    }
    return sum;
}

std::optional<std::string> flaw(const Program& program) {
    if (program.processes.empty() || program.processes.size() > Program::most_processes) {
        return fmt::format("{} processes, expected 1 to {}", program.processes.size(),
                           Program::most_processes);
    }
    const ScheduleChoice& schedule = program.schedule;
    if (static_cast<unsigned>(schedule.kind) >= schedule_kind_count ||
        schedule.parameter < ScheduleChoice::first_parameter(schedule.kind) ||
        schedule.parameter > ScheduleChoice::last_parameter(schedule.kind)) {
        return "a schedule out of its range";
    }
    const Extent extent = extent_of(program);
    if (extent.calls > Program::most_calls) {
        return fmt::format("{} calls, expected at most {}", extent.calls, Program::most_calls);
    }
    if (extent.forks > Program::most_forks) {
        return fmt::format("{} forks, expected at most {}", extent.forks, Program::most_forks);
    }
    if (extent.depth > Program::deepest_fork) {
        return fmt::format("forks {} deep, expected at most {}", extent.depth,
                           Program::deepest_fork);
    }
    for (const Process& process : program.processes) {
        if (auto inside = flaw(process.calls)) {
            return inside;
        }
    }
    return std::nullopt;
}

}  // namespace stampede::fuzz
