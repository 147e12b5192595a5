// A process's user registers while it is in the kernel. It stands at the top of the process's
// kernel stack: on a trap from user mode its address is both where registers are saved and where
// the kernel's stack begins. vector.S knows the layout.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace kernel {

struct alignas(16) TrapFrame {
    std::uint64_t pc;
    std::array<std::uint64_t, 31> x;  // x1 to x31: x[i] is register i + 1
    std::uint64_t kernel_tp;          // the hart's number, renewed at each return to user mode
    std::uint64_t padding;

    std::uint64_t& sp() { return x[1]; }
    std::uint64_t& a(unsigned index) { return x[9 + index]; }  // a0 to a7
    std::uint64_t a(unsigned index) const { return x[9 + index]; }
};
static_assert(offsetof(TrapFrame, x) == 8 && offsetof(TrapFrame, kernel_tp) == 256 &&
              sizeof(TrapFrame) == 272);

}  // namespace kernel
