// Traps: timer interrupts from both modes, system calls from user mode. Anything else is a failure.
#include "harts/tests/races/kernel/locks.h"
#include "harts/tests/races/kernel/thread.h"
#include "harts/tests/races/kernel/work.h"

namespace races::kernel {
namespace {

constexpr u64 timer_interrupt = u64{1} << 63 | 5, system_call_from_user = 8;

u64 read_scause() {
    u64 value;
    asm volatile("csrr %0, scause" : "=r"(value));
    return value;
}
u64 read_sepc() {
    u64 value;
    asm volatile("csrr %0, sepc" : "=r"(value));
    return value;
}

[[gnu::noinline]] void on_timer() {
    relaxed_add(outcome.ticks, 1);
    set_timer(now() + slice);
    stack_checkpoint();
}

u64 take_frame_for(Thread& thread) {
    Frame* const frame = allocate_frame();
    if (frame == nullptr) {
        fail(0x350);
    }
    map_window(thread.space, frame);
    return 0;
}

u64 give_frame_of(Thread& thread) {
    free_frame(unmap_window(thread.space));
    return 0;
}

}  // namespace

u64 system_call(Call call, u64 first, u64 second) {
    Thread& thread = current_thread();
    u64 value = ~u64{0};
    switch (call) {
    case Call::Yield: yield(); return 0;
    case Call::Send: return send(first, second) ? 1 : 0;
    case Call::Receive: return receive(first, value) ? value : ~u64{0};
    case Call::TakeFrame: return take_frame_for(thread);
    case Call::GiveFrame: return give_frame_of(thread);
    case Call::Log:
        log(first, second);
        check_latest_entry();
        descend(second % 6);
        return 0;
    case Call::End: end_thread(first);
    }
    fail(0x351);
}

// sepc and sstatus are this trap's until interrupts are on again or somebody else runs: both are
// put back.
extern "C" void trap_from_kernel() {
    u64 sstatus;
    const u64 sepc = read_sepc();
    asm volatile("csrr %0, sstatus" : "=r"(sstatus));
    if (read_scause() != timer_interrupt) {
        fail(0x100 | (read_scause() & 0xff));
    }
    on_timer();
    if (runs_thread()) {
        yield();
    }
    asm volatile("csrw sepc, %0\n csrw sstatus, %1" ::"r"(sepc), "r"(sstatus));
}

extern "C" [[noreturn]] void trap_from_user() {
    asm volatile("csrw stvec, %0" ::"r"(kernel_vector));
    Thread& thread = current_thread();
    thread.trap_frame.pc = read_sepc();
    const u64 cause = read_scause();
    if (cause == timer_interrupt) {
        on_timer();
        yield();
    } else if (cause == system_call_from_user) {
        u64* const x = thread.trap_frame.x;
        thread.trap_frame.pc += 4;
        interrupts_on();
        x[10] = system_call(static_cast<Call>(x[17]), x[10], x[11]);
    } else {
        fail(0x180 | (cause & 0x7f));
    }
    go_to_user(thread);
}

}  // namespace races::kernel
