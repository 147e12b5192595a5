#include "kernel/proc/stacks.h"

#include "kernel/base/print.h"
#include "kernel/proc/process.h"
#include "kernel/proc/trap_frame.h"

namespace kernel {

namespace {

constexpr std::uint64_t canary = 0x7374616d70656465;

struct alignas(64) KernelStack {
    std::uint64_t canary;
    std::byte space[kernel_stack_size - sizeof(canary) - sizeof(TrapFrame)];
    TrapFrame trap_frame;
};
static_assert(sizeof(KernelStack) == kernel_stack_size);

constinit KernelStack stacks[max_processes]{};

}  // namespace

void stack_assign(Process& process, std::uint32_t slot) {
    KernelStack& stack = stacks[slot];
    stack.canary = canary;
    process.kernel_stack = reinterpret_cast<std::byte*>(&stack);
    process.trap_frame = &stack.trap_frame;
}

void stack_check(const Process& process) {
    if (*reinterpret_cast<const std::uint64_t*>(process.kernel_stack) != canary) {
        panic("kernel stack of process %u overrun", process.pid);
    }
}

}  // namespace kernel
