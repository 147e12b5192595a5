// Threads: tasks with a user half, and kernel threads. Any hart takes any of them.
#pragma once
#include <cstddef>

#include "harts/tests/races/kernel/memory.h"

namespace races::kernel {

// What switch_context() keeps.
struct Context {
    u64 ra = 0, sp = 0;
    u64 saved[12] = {};
};

// User registers, by number; then what user_vector needs to get into the kernel.
struct TrapFrame {
    u64 x[32] = {};
    u64 kernel_sp = 0;
    u64 hart = 0;  // tp in the kernel; set on each return to user mode
    u64 pc = 0;
};
static_assert(offsetof(TrapFrame, kernel_sp) == 256 && offsetof(TrapFrame, hart) == 264);

struct alignas(4096) Thread {
    u8 stack[4096 * 2];
    Context context;
    TrapFrame trap_frame;
    Thread* next = nullptr;  // in the run queue
    u64 number = 0;          // tasks first
    u64 last_hart = 0;       // where it ran
    Space space;             // of a task
    u64 result = 0;
    [[nodiscard]] bool is_task() const { return number < tasks; }
    [[nodiscard]] u64 stack_end() const { return reinterpret_cast<u64>(stack) + sizeof stack; }
};
extern Thread all_threads[threads];

extern "C" void switch_context(Context& from, Context& to);
extern "C" [[noreturn]] void return_to_user(TrapFrame& frame);
extern "C" void kernel_vector();
extern "C" void user_vector();

void make_threads();           // hart 0, before the others start
[[noreturn]] void schedule();  // a hart's own loop
[[nodiscard]] Thread& current_thread();
// Lets others run; comes back on any hart. Interrupts as before.
void yield();
[[noreturn]] void end_thread(u64 result);
// Whether the hart runs a thread. Interrupts off.
[[nodiscard]] bool runs_thread();
[[noreturn]] void go_to_user(Thread& thread);

}  // namespace races::kernel
