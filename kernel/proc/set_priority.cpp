#include "kernel/proc/set_priority.h"

#include "kernel/abi/system_calls.h"
#include "kernel/arch/riscv/machine.h"
#include "kernel/proc/run_queue.h"
#include "kernel/proc/scheduler.h"
#include "kernel/proc/slots.h"

namespace kernel {

using stampede::abi::ProcessPriority;

namespace {

// The process with that pid; its slot is another's as soon as `lock` is not held.
bool is_there(const Process& process, std::uint32_t pid) REQUIRES(process.lock) {
    return process.pid == pid && process.state != RunState::unused;
}

Result<ProcessPriority> priority_of(std::uint32_t pid) {
    if (!by_priority()) {
        return failure(Error::bad_argument);
    }
    Process* process = process_with_pid(pid);
    if (!process) {
        return failure(Error::no_process);
    }
    SpinGuard guard(process->lock);
    if (!is_there(*process, pid)) {
        return failure(Error::no_process);
    }
    const Priority& priority = process->priority;
    const std::uint64_t now = arch::now();
    const Spent spent = priority.spent(now);
    return ProcessPriority{
        .static_priority = priority.static_priority(),
        .index = priority.index(now),
        .dynamic_priority = priority.dynamic_priority(now),
        .harts = arch::cpu_count(),
        .times_scheduled = priority.times_scheduled(),
        .running = spent.running,
        .sleeping = spent.sleeping,
        .waiting = spent.waiting,
    };
}

}  // namespace

Result<std::uint32_t> set_priority(std::uint32_t pid, std::int64_t wanted) {
    if (!by_priority() || wanted < 0 || wanted > largest_priority) {
        return failure(Error::bad_argument);
    }
    Process* process = process_with_pid(pid);
    if (!process) {
        return failure(Error::no_process);
    }
    std::uint32_t static_before, dynamic_before, dynamic_after;
    {
        SpinGuard guard(process->lock);
        if (!is_there(*process, pid)) {
            return failure(Error::no_process);
        }
        const std::uint64_t now = arch::now();
        const auto value = static_cast<std::uint32_t>(wanted);
        static_before = process->priority.static_priority();
        dynamic_before = process->priority.dynamic_priority(now);
        if (process->state == RunState::runnable) {
            queue_of(process->hart).set_priority(*process, value, now);
        } else {
            process->priority.set(value, now);
        }
        dynamic_after = process->priority.dynamic_priority(now);
    }
    if (dynamic_after < dynamic_before) {
        yield_hart();
    }
    return static_before;
}

Result<std::uint64_t> tell_priority(std::uint32_t pid, AddressSpace& space, VirtAddr to) {
    Result<ProcessPriority> found = priority_of(pid);
    if (!found) {
        return failure(found.error());
    }
    Result<void> copied = space.copy_out(to, std::as_bytes(std::span(&*found, 1)));
    if (!copied) {
        return failure(copied.error());
    }
    return 0;
}

}  // namespace kernel
