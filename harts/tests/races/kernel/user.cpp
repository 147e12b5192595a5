// A task: code in user mode, in pages of its own, with nothing but system calls to reach others.
#include "harts/tests/races/kernel/memory.h"
#include "harts/tests/races/kernel/work.h"

#define USER [[gnu::section(".user.text"), gnu::noinline]]

namespace races::kernel {
namespace {

[[gnu::always_inline]] inline u64 call(Call number, u64 first = 0, u64 second = 0) {
    register u64 a0 asm("a0") = first;
    register u64 a1 asm("a1") = second;
    register u64 a7 asm("a7") = static_cast<u64>(number);
    asm volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a7) : "memory");
    return a0;
}

USER void send_number(u64 mailbox, u64 value) {
    while (call(Call::Send, mailbox, value) == 0) {
        call(Call::Yield);
    }
}

// A number is never all ones.
USER u64 receive_number(u64 mailbox) {
    for (;;) {
        const u64 value = call(Call::Receive, mailbox);
        if (value != ~u64{0}) {
            return value;
        }
        call(Call::Yield);
    }
}

// Through memory that the task has only for a while.
USER u64 through_a_frame(u64 value, u64 round) {
    call(Call::TakeFrame);
    auto* const words = reinterpret_cast<volatile u64*>(user_window);
    for (u64 n = 0; n < page_size / 8; ++n) {
        words[n] = value + round;
    }
    call(Call::Yield);
    const u64 result = words[round % (page_size / 8)];
    call(Call::GiveFrame);
    return result;
}

// Deep in its own stack when it traps.
USER u64 from_below(u64 depth, u64 value, u64 round) {
    if (depth == 0) {
        return through_a_frame(value, round);
    }
    const u64 result = from_below(depth - 1, value, round);
    asm volatile("");
    return result;
}

}  // namespace

extern "C" USER void user_main(u64 task, u64 rounds) {
    u64 sum = task;
    for (u64 round = 0; round < rounds; ++round) {
        send_number((task + 1) % tasks, message(task, round));
        sum = mixed(sum, receive_number(task));
        sum = mixed(sum, from_below(round % 8, message(task, round), round));
        call(Call::Log, task, round);
    }
    for (;;) {
        call(Call::End, sum);
    }
}

}  // namespace races::kernel
