#include "kernel/proc/scheduler.h"

#include "kernel/arch/riscv/machine.h"
#include "kernel/base/cpu_locks.h"
#include "kernel/base/print.h"
#include "kernel/proc/clock.h"
#include "kernel/proc/hart.h"
#include "kernel/proc/idle.h"
#include "kernel/proc/run_queue.h"
#include "kernel/proc/stacks.h"

extern "C" void switch_context(kernel::SwitchContext* from, kernel::SwitchContext* to);

namespace kernel {

constinit std::array<Hart, arch::max_cpus> harts{};
constinit SchedulerChoice scheduler_choice = SchedulerChoice::rr;

namespace {

// Set once by the process that shuts the machine down, read by all: 0 or 1. Who reads it late
// learns by the interrupt that follows.
constinit Relaxed<std::uint32_t> stopping;

Process* steal(unsigned thief) {
    unsigned cpus = arch::cpu_count();
    const std::uint64_t now = arch::now();
    for (unsigned i = 1; i < cpus; ++i) {
        if (Process* process = run_queues[(thief + i) % cpus].pop_for_other(now)) {
            return process;
        }
    }
    return nullptr;
}

Process* pick() {
    unsigned here = arch::cpu_id();
    if (by_priority()) {
        return queue_of(here).pop_first(arch::now());
    }
    if (Process* process = run_queues[here].pop()) {
        return process;
    }
    return steal(here);
}

// An idle hart for each process that waits here; the scheduler takes one itself when no process
// runs here. Of those that were pushed elsewhere the hart that they belong to, or any where that
// one is busy.
void wake_helpers() {
    Hart& here = this_hart();
    std::uint64_t waiting = queue_of(arch::cpu_id()).length();
    if (waiting != 0 && here.current == nullptr) {
        --waiting;
    }
    for (; here.given_work != 0; here.given_work &= here.given_work - 1) {
        if (!idle_wake_hart(static_cast<unsigned>(__builtin_ctzll(here.given_work)))) {
            ++waiting;
        }
    }
    if (waiting != 0) {
        idle_wake(waiting);
    }
}

// Taking the process's lock waits until the hart that it ran on before has saved its context.
void run(Hart& hart, Process& process) {
    process.lock.lock();
    KERNEL_ASSERT(process.state == RunState::runnable);
    process.state = RunState::running;
    process.hart = arch::cpu_id();
    if (by_priority()) {
        process.priority.schedule(arch::now());
    }
    hart.current = &process;
    if (process.space.exists()) {
        process.space.activate();
    }
    clock_start_slice();
    switch_context(&hart.scheduler, &process.context);
    // Nothing may translate by its page table once another hart can run it and free that.
    arch::use_kernel_page_table();
    stack_check(process);
    hart.current = nullptr;
    process.lock.unlock();
}

}  // namespace

void scheduler_run() {
    Hart& hart = harts[arch::cpu_id()];
    for (;;) {
        arch::interrupts_on();  // whatever is pending is handled here
        arch::interrupts_off();
        if (Process* process = pick()) {
            run(hart, *process);
        } else {
            idle_wait();
        }
    }
}

void make_runnable(Process& process, Keep keep) {
    process.state = RunState::runnable;
    if (by_priority()) {
        process.others_from = 0;
        process.priority.change(Activity::waiting, arch::now());
        queue_of(process.hart).push(process);
    } else {
        process.others_from = keep == Keep::for_a_while ? arch::now() + kept_for : 0;
        const unsigned here = arch::cpu_id();
        run_queues[process.hart].push(process);
        if (process.hart != here) {
            this_hart().given_work |= std::uint64_t{1} << process.hart;
        }
    }
    // A hart woken now would only spin for the locks that are held here. (Should this hart be
    // preempted by its host then, for a whole slice.)
    this_cpu_locks().when_free = wake_helpers;
}

void leave_hart(Process& self) {
    CpuLocks& locks = this_cpu_locks();
    KERNEL_ASSERT(locks.held_count == 1 && locks.off_depth == 1 && self.lock.held_here());
    KERNEL_ASSERT(self.state != RunState::running);
    if (by_priority() && self.state == RunState::sleeping) {
        self.priority.change(Activity::sleeping, arch::now());
    }
    bool were_on = locks.interrupts_were_on;
    switch_context(&self.context, &this_hart().scheduler);
    this_cpu_locks().interrupts_were_on = were_on;  // maybe another hart's
}

void yield_hart() {
    Process& self = current_process();
    SpinGuard guard(self.lock);
    make_runnable(self, Keep::for_a_while);
    leave_hart(self);
}

void let_anybody_run() {
    if (by_priority()) {
        static_cast<void>(clock_sleep(1));
    } else {
        yield_hart();
    }
}

bool slice_over() {
    RunQueue& queue = queue_of(arch::cpu_id());
    if (!by_priority() || queue.length() == 0) {
        return queue.length() != 0;
    }
    Process& self = *this_hart().current;
    SpinGuard guard(self.lock);
    const std::uint64_t now = arch::now();
    // Of equals too: whose turn it is then hangs on how often they had one, which does not change
    // while one stays.
    return queue.has_equal_or_better(self.priority.dynamic_priority(now), now);
}

bool scheduler_stopping() { return stopping.load() != 0; }

void scheduler_stop_others() {
    stopping.store(1);
    for (;;) {
        InterruptsOff here;
        unsigned self = arch::cpu_id();
        // Again and again: a process may have been on its way back to user mode when it looked.
        for (unsigned i = 0; i < arch::cpu_count(); ++i) {
            if (i != self && !idle_all_others()) {
                arch::send_interrupt(i);
            }
        }
        if (idle_all_others()) {
            return;
        }
        for (int i = 0; i < 1000; ++i) {
            arch::spin_pause();
        }
    }
}

void scheduler_stop_here_if_asked(Process& self) {
    if (!scheduler_stopping()) {
        return;
    }
    SpinGuard guard(self.lock);
    self.state = RunState::sleeping;
    self.channel = nullptr;  // no wake-up and no kill finds it
    leave_hart(self);
    panic("process %u woke in a stopping machine", self.pid);
}

Process& current_process() {
    InterruptsOff off;
    Process* process = this_hart().current;
    KERNEL_ASSERT(process);
    return *process;
}

}  // namespace kernel
