// Which operands each call has: the one table behind text, binary form, generation and mutation.
#pragma once
#include <array>
#include <span>
#include <string_view>

#include "fuzz/program/operands.h"

namespace stampede::fuzz {

using CallKind = abi::ProgramCall;

enum class Operand : u8 {
    None,
    Result,  // a slot, in front: `r0 = `
    PipeSlot,
    Descriptor,
    Pid,
    Path,
    SecondPath,
    Address,
    OptionalAddress,  // the last one; null where it is left out
    Length,
    Body,  // the child's calls
    // From here on all are Call::number.
    Status,
    Byte,
    HeapBytes,  // sbrk's, and `least`
    Ticks,
    OpenFlags,  // mode + 3 * create + 6 * truncate
    Major,
    Allocation,  // which one from now on fails
    Arguments,   // abi::ProgramArguments
    Flaw,        // abi::ProgramFlaw
    NoCall,      // a system call's number that there is none of
};

constexpr bool is_number(Operand operand) { return operand >= Operand::Status; }

struct NumberRange {
    i32 first;
    i32 last;
};
constexpr i32 least_heap_bytes = INT32_MIN;  // of Operand::HeapBytes, outside its range
constexpr NumberRange numbers_of(Operand operand) {
    switch (operand) {
    case Operand::HeapBytes: return {-0x10000, 0x10000};
    case Operand::Ticks: return {0, 3};
    case Operand::OpenFlags: return {0, 11};
    case Operand::Major: return {0, 3};
    case Operand::Arguments: return {0, static_cast<i32>(abi::ProgramArguments::count) - 1};
    case Operand::Flaw: return {0, static_cast<i32>(abi::ProgramFlaw::count) - 1};
    case Operand::NoCall: return {22, 63};
    default: return {0, 255};
    }
}

struct CallShape {
    CallKind kind;
    std::string_view name;
    char letter;                      // of its result's slots, or 0
    std::array<Operand, 4> operands;  // in the order of the text; None at the end
};

inline constexpr CallShape call_shapes[] = {
    {CallKind::fork, "fork", 'r', {Operand::Result, Operand::Body}},
    {CallKind::exit, "exit", 0, {Operand::Status}},
    {CallKind::wait, "wait", 0, {Operand::OptionalAddress}},
    {CallKind::pipe, "pipe", 'p', {Operand::PipeSlot, Operand::OptionalAddress}},
    {CallKind::read, "read", 0, {Operand::Descriptor, Operand::Address, Operand::Length}},
    {CallKind::write, "write", 0, {Operand::Descriptor, Operand::Address, Operand::Length}},
    {CallKind::close, "close", 0, {Operand::Descriptor}},
    {CallKind::dup, "dup", 'd', {Operand::Result, Operand::Descriptor}},
    {CallKind::kill, "kill", 0, {Operand::Pid}},
    {CallKind::getpid, "getpid", 0, {}},
    {CallKind::sbrk, "sbrk", 0, {Operand::HeapBytes}},
    {CallKind::sleep, "sleep", 0, {Operand::Ticks}},
    {CallKind::uptime, "uptime", 0, {}},
    {CallKind::open, "open", 'f', {Operand::Result, Operand::Path, Operand::OpenFlags}},
    {CallKind::fstat, "fstat", 0, {Operand::Descriptor, Operand::Address}},
    {CallKind::chdir, "chdir", 0, {Operand::Path}},
    {CallKind::mknod, "mknod", 0, {Operand::Path, Operand::Major}},
    {CallKind::unlink, "unlink", 0, {Operand::Path}},
    {CallKind::link, "link", 0, {Operand::Path, Operand::SecondPath}},
    {CallKind::mkdir, "mkdir", 0, {Operand::Path}},
    {CallKind::exec, "exec", 0, {Operand::Path}},
    {CallKind::store, "store", 0, {Operand::Address, Operand::Byte}},
    {CallKind::load, "load", 0, {Operand::Address}},
    {CallKind::fail_allocation, "fail_allocation", 0, {Operand::Allocation}},
    {CallKind::jump, "jump", 0, {Operand::Address}},
    {CallKind::arguments, "arguments", 0, {Operand::Arguments}},
    {CallKind::make_program, "make_program", 0, {Operand::Flaw}},
    {CallKind::system_call, "system_call", 0, {Operand::NoCall}},
};
static_assert(std::size(call_shapes) == abi::program_call_count);
static_assert(
    [] {
        for (unsigned n = 0; n < std::size(call_shapes); ++n) {
            if (static_cast<unsigned>(call_shapes[n].kind) != n + 1) {
                return false;
            }
        }
        return true;
    }(),
    "a line for each kind, in the order of ProgramCall");

constexpr const CallShape& shape_of(CallKind kind) {
    return call_shapes[static_cast<unsigned>(kind) - 1];
}
// Without the None.
constexpr std::span<const Operand> operands_of(CallKind kind) {
    const std::span<const Operand> all = shape_of(kind).operands;
    u64 size = 0;
    while (size < all.size() && all[size] != Operand::None) {
        ++size;
    }
    return all.first(size);
}

}  // namespace stampede::fuzz
