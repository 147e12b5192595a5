// Process slots. Each hart has a pool of free ones, so that forks on different harts do not meet;
// an empty pool takes from the others. A slot's pids are slot + 1, then that plus max_processes
// each time: unique without any shared counter.
#include "kernel/proc/slots.h"

#include <array>

#include "kernel/arch/riscv/machine.h"
#include "kernel/frames/stats.h"
#include "kernel/proc/scheduler_choice.h"
#include "kernel/proc/stacks.h"

namespace kernel {

namespace {

constinit std::array<Process, max_processes> processes{};

struct alignas(64) SlotPool {
    Spinlock<Rank::slot_pool> lock{"process slots"};
    List<Process, &Process::queue_link> free GUARDED_BY(lock);
    Relaxed<std::uint32_t>
        length;  // of `free`: changed under the lock, read by who counts the living
    std::uint32_t least GUARDED_BY(lock) = max_processes;  // that it has been
    std::uint32_t taken GUARDED_BY(lock) = 0;              // times that a slot was
};
constinit std::array<SlotPool, arch::max_cpus> pools{};

// All pools are looked at when one has never held so few, and now and then: forks on different
// harts shall not meet at a counter, so a peak that falls between two looks is told a little too
// low.
constexpr std::uint32_t takes_a_look = 64;

void note_peak() {
    std::uint64_t free = 0;
    for (SlotPool& pool : pools) {
        free += pool.length.load();
    }
    raise_to(statistics.common.processes_peak, max_processes - free);
}

constexpr std::uint32_t largest_pid = 0x7fffffff;

std::uint32_t slot_of(const Process& process) {
    return static_cast<std::uint32_t>(&process - processes.data());
}

void put_into(SlotPool& pool, Process& process) {
    SpinGuard guard(pool.lock);
    pool.free.push_back(process);
    pool.length.store(pool.length.load() + 1);
}

Process* take_from(SlotPool& pool) {
    bool look;
    Process* process;
    {
        SpinGuard guard(pool.lock);
        process = pool.free.pop_front();
        if (!process) {
            return nullptr;
        }
        const std::uint32_t left = pool.length.load() - 1;
        pool.length.store(left);
        look = left < pool.least || ++pool.taken % takes_a_look == 0;
        if (left < pool.least) {
            pool.least = left;
        }
    }
    if (look) {
        note_peak();
    }
    return process;
}

// The pid after the slot's last one. The first round belongs to the boot, so that pid 1 stays the
// first process's alone.
std::uint32_t next_pid(const Process& process) {
    if (process.pid == 0) {
        return slot_of(process) + 1;
    }
    if (process.pid > largest_pid - max_processes) {
        return max_processes + slot_of(process) + 1;
    }
    return process.pid + max_processes;
}

}  // namespace

Process* first_process = nullptr;

void processes_init() {
    for (std::uint32_t slot = 0; slot < max_processes; ++slot) {
        Process& process = processes[slot];
        stack_assign(process, slot);
        put_into(pools[slot % arch::cpu_count()], process);
    }
}

Process* take_slot() {
    unsigned here;
    {
        InterruptsOff off;
        here = arch::cpu_id();
    }
    Process* process = nullptr;
    for (unsigned i = 0; !process && i < arch::cpu_count(); ++i) {
        process = take_from(pools[(here + i) % arch::cpu_count()]);
    }
    if (!process) {
        return nullptr;
    }

    SpinGuard guard(process->lock);
    process->pid = next_pid(*process);
    process->state = RunState::made;
    process->channel = nullptr;
    process->killed.store(0);
    if (by_priority()) {
        process->priority = Priority(arch::now());
    }
    return process;
}

void give_slot(Process& process) {
    {
        SpinGuard guard(process.lock);
        process.state = RunState::unused;
    }
    InterruptsOff off;
    put_into(pools[arch::cpu_id()], process);
}

Process* process_with_pid(std::uint32_t pid) {
    if (pid == 0 || pid > largest_pid) {
        return nullptr;
    }
    return &processes[(pid - 1) % max_processes];
}

const Process* process_array() { return processes.data(); }

}  // namespace kernel
