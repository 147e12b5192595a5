#include "harts/tests/races/kernel/thread.h"

#include "harts/tests/races/kernel/locks.h"
#include "harts/tests/races/kernel/work.h"

namespace races::kernel {

Thread all_threads[threads];

namespace {

// What the hart's own loop has to do with a thread that has just left it: nobody else may take it
// before it is off its stack.
enum class Leaving : u64 { Waits, Ended };

struct alignas(64) PerHart {
    Context loop;
    Thread* current = nullptr;
    Leaving leaving = Leaving::Waits;
};
PerHart harts[most_kernel_harts];

TicketLock run_queue_lock;
struct {
    Thread* first = nullptr;
    Thread* last = nullptr;
    u64 switches = 0, migrations = 0;
} run_queue;
alignas(64) u64 ended;

}  // namespace

MARKED void append_thread(Thread& thread) {
    thread.next = nullptr;
    if (run_queue.first == nullptr) {
        run_queue.first = &thread;
    } else {
        run_queue.last->next = &thread;
    }
    run_queue.last = &thread;
}
MARKED Thread* remove_thread(u64 hart) {
    Thread* const thread = run_queue.first;
    if (thread != nullptr) {
        run_queue.first = thread->next;
        run_queue.switches += 1;
        run_queue.migrations += thread->last_hart != hart;
    }
    return thread;
}

namespace {

void enqueue(Thread& thread) {
    const Guard guard(run_queue_lock);
    append_thread(thread);
}
Thread* dequeue(u64 hart) {
    const Guard guard(run_queue_lock);
    return remove_thread(hart);
}

[[noreturn]] void finish() {
    {
        const Guard guard(run_queue_lock);  // other harts still look for work
        outcome.switches = run_queue.switches;
        outcome.migrations = run_queue.migrations;
    }
    for (const Thread& thread : all_threads) {
        outcome.checksum += thread.result;
    }
    outcome.log_entries = log_entries();
    outcome.messages = messages_sent();
    const u64 rounds = parameters.rounds;
    if (outcome.checksum != expected_checksum(rounds) || outcome.log_entries != threads * rounds ||
        outcome.messages != tasks * rounds) {
        fail(0x400);
    }
    pass();
}

// The last to end sees all that the others did.
void count_ended() {
    if (__atomic_fetch_add(&ended, 1, __ATOMIC_ACQ_REL) == threads - 1) {
        finish();
    }
}

// Nothing to run: look again after a while.
void idle() {
    set_timer(now() + 5 * slice);
    asm volatile("wfi");
}

void take_over(Thread& thread, u64 hart) {
    if (thread.is_task()) {
        asm volatile("csrw satp, %0" ::"r"(thread.space.satp) : "memory");
        if (thread.last_hart != hart) {
            flush_space(thread.space);  // what this hart knew of it may have changed since
        }
    }
    thread.last_hart = hart;
    set_timer(now() + slice);
}

void leave(Leaving why) {
    PerHart& own = harts[hart_id()];
    own.leaving = why;
    switch_context(own.current->context, own.loop);
}

}  // namespace

// Interrupts are off in here.
void schedule() {
    const u64 hart = hart_id();
    PerHart& own = harts[hart];
    for (;;) {
        Thread* const thread = dequeue(hart);
        if (thread == nullptr) {
            idle();
            continue;
        }
        take_over(*thread, hart);
        own.current = thread;
        switch_context(own.loop, thread->context);
        own.current = nullptr;
        if (own.leaving == Leaving::Waits) {
            enqueue(*thread);
        } else {
            count_ended();
        }
    }
}

Thread& current_thread() {
    const InterruptsOff off;
    return *harts[hart_id()].current;
}
bool runs_thread() { return harts[hart_id()].current != nullptr; }

void yield() {
    const InterruptsOff off;
    leave(Leaving::Waits);
}

void end_thread(u64 result) {
    interrupts_off();
    harts[hart_id()].current->result = result;
    leave(Leaving::Ended);
    fail(0x320);
}

void go_to_user(Thread& thread) {
    interrupts_off();
    asm volatile("csrw stvec, %0\n csrw sepc, %1" ::"r"(user_vector), "r"(thread.trap_frame.pc));
    asm volatile("csrc sstatus, %0\n csrs sstatus, %1" ::"r"(0x100), "r"(0x20));  // SPP: user; SPIE
    return_to_user(thread.trap_frame);
}

namespace {

// Where a thread begins, off the hart's loop.
[[noreturn]] void begin_thread() {
    Thread& thread = current_thread();
    if (thread.is_task()) {
        go_to_user(thread);
    }
    interrupts_on();
    end_thread(work_in_kernel(thread.number - tasks));
}

}  // namespace

void make_threads() {
    for (u64 n = 0; n < threads; ++n) {
        Thread& thread = all_threads[n];
        thread.number = n;
        thread.context.ra = reinterpret_cast<u64>(&begin_thread);
        thread.context.sp = thread.stack_end();
        if (thread.is_task()) {
            thread.space = make_space(n + 1);
            thread.trap_frame.pc = reinterpret_cast<u64>(&user_main);
            thread.trap_frame.x[2] = user_stack_end;
            thread.trap_frame.x[10] = n;
            thread.trap_frame.x[11] = parameters.rounds;
            thread.trap_frame.kernel_sp = thread.stack_end();
        }
        append_thread(thread);
    }
}

}  // namespace races::kernel
