// The arguments of a system call, as the user's registers a0 to a5 hold them. Nothing here trusts
// them.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/abi/system_calls.h"
#include "kernel/base/address.h"
#include "kernel/base/result.h"

namespace kernel {

struct Process;
struct TrapFrame;

using Path = std::array<char, stampede::abi::max_path>;

class Arguments {
public:
    Arguments(Process& caller, const TrapFrame& frame) : caller_(caller), frame_(frame) {}

    // index 0 to 5
    std::uint64_t word(unsigned index) const;
    std::int32_t integer(unsigned index) const;  // the low 32 bits, signed, as xv6's argint
    VirtAddr address(unsigned index) const { return {word(index)}; }

    // The NUL-terminated string at address argument `index`. Its length; bad_address or too_long.
    Result<std::size_t> string(unsigned index, std::span<char> buffer) const;

    Process& caller() const { return caller_; }

private:
    Process& caller_;
    const TrapFrame& frame_;
};

}  // namespace kernel
