// Process slots. Each hart has a pool of free ones, so that forks on different harts do not meet; an empty pool takes
// from the others. A slot's pids are slot + 1, then that plus max_processes each time: unique without any shared
// counter.
#include "kernel/proc/slots.h"

#include <array>

#include "kernel/arch/riscv/machine.h"
#include "kernel/mm/stats.h"
#include "kernel/proc/stacks.h"

namespace kernel {

namespace {

constinit std::array<Process, max_processes> processes{};

struct alignas(64) SlotPool {
    Spinlock<Rank::slot_pool> lock{"process slots"};
    List<Process, &Process::queue_link> free GUARDED_BY(lock);
};
constinit std::array<SlotPool, arch::max_cpus> pools{};

struct alignas(64) Alive {
    Relaxed<std::uint64_t> count;   // changed by every fork and wait; only for the statistics
};
constinit Alive alive;

constexpr std::uint32_t largest_pid = 0x7fffffff;

std::uint32_t slot_of(const Process& process) { return static_cast<std::uint32_t>(&process - processes.data()); }

Process* take_from(SlotPool& pool) {
    SpinGuard guard(pool.lock);
    return pool.free.pop_front();
}

// The pid after the slot's last one. The first round belongs to the boot, so that pid 1 stays the first process's
// alone.
std::uint32_t next_pid(const Process& process) {
    if (process.pid == 0) return slot_of(process) + 1;
    if (process.pid > largest_pid - max_processes) return max_processes + slot_of(process) + 1;
    return process.pid + max_processes;
}

}  // namespace

Process* first_process = nullptr;

void processes_init() {
    for (std::uint32_t slot = 0; slot < max_processes; ++slot) {
        Process& process = processes[slot];
        stack_assign(process, slot);
        SlotPool& pool = pools[slot % arch::cpu_count()];
        SpinGuard guard(pool.lock);
        pool.free.push_back(process);
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
    if (!process) return nullptr;

    SpinGuard guard(process->lock);
    process->pid = next_pid(*process);
    process->state = RunState::made;
    process->channel = nullptr;
    process->killed.store(0);
    raise_to(statistics.common.processes_peak, alive.count.add(1) + 1);
    return process;
}

void give_slot(Process& process) {
    {
        SpinGuard guard(process.lock);
        process.state = RunState::unused;
    }
    alive.count.add(~std::uint64_t{0});
    InterruptsOff off;
    SlotPool& pool = pools[arch::cpu_id()];
    SpinGuard guard(pool.lock);
    pool.free.push_back(process);
}

Process* process_with_pid(std::uint32_t pid) {
    if (pid == 0 || pid > largest_pid) return nullptr;
    return &processes[(pid - 1) % max_processes];
}

const Process* process_array() { return processes.data(); }

}  // namespace kernel
