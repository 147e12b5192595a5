// What the programs share: meeting points, atomics, traps and the end.
#pragma once
#include "harts/tests/several_harts/programs.h"

namespace several_harts {

extern Parameters parameters;
extern Results results[most_harts];

// Waits until all harts are here. Any number of times.
void meet();
// Ends the machine: it failed, `status` says why.
[[noreturn]] void fail(u64 status);

inline u64 load(const u64& from) { return __atomic_load_n(&from, __ATOMIC_RELAXED); }
inline void store(u64& to, u64 value) { __atomic_store_n(&to, value, __ATOMIC_RELAXED); }
inline void full_fence() { asm volatile("fence rw, rw" ::: "memory"); }
inline void write_fence() { asm volatile("fence w, w" ::: "memory"); }
inline void read_fence() { asm volatile("fence r, r" ::: "memory"); }

#define RESERVED_ACCESS(name, type, load_instruction, store_instruction)               \
    inline type load_reserved_##name(const type& from) {                               \
        type value;                                                                    \
        asm volatile(load_instruction " %0, %1" : "=r"(value) : "A"(from) : "memory"); \
        return value;                                                                  \
    }                                                                                  \
    inline bool store_conditional_##name(type& to, type value) { /* true: stored */    \
        u64 failed;                                                                    \
        asm volatile(store_instruction " %0, %2, %1"                                   \
                     : "=&r"(failed), "+A"(to)                                         \
                     : "r"(value)                                                      \
                     : "memory");                                                      \
        return failed == 0;                                                            \
    }
RESERVED_ACCESS(w, u32, "lr.w", "sc.w")
RESERVED_ACCESS(d, u64, "lr.d", "sc.d")
RESERVED_ACCESS(d_half, u64, "lr.d.aq", "sc.d.rl")
RESERVED_ACCESS(w_half, u32, "lr.w.aq", "sc.w.rl")
RESERVED_ACCESS(d_full, u64, "lr.d.aqrl", "sc.d.aqrl")
#undef RESERVED_ACCESS

// A loop as the specification constrains it ("Eventual Success of Store-Conditional Instructions").
// Returns the old value.
inline u64 reserved_add(u64& to, u64 addend) {
    u64 old, sum;
    asm volatile("1: lr.d %0, %2\n add %1, %0, %3\n sc.d %1, %1, %2\n bnez %1, 1b"
                 : "=&r"(old), "=&r"(sum), "+A"(to)
                 : "r"(addend)
                 : "memory");
    return old;
}
inline u32 reserved_add(u32& to, u32 addend) {
    u64 old, sum;
    asm volatile("1: lr.w %0, %2\n addw %1, %0, %3\n sc.w %1, %1, %2\n bnez %1, 1b"
                 : "=&r"(old), "=&r"(sum), "+A"(to)
                 : "r"(addend)
                 : "memory");
    return static_cast<u32>(old);
}

inline u64 hart_id() {
    u64 value;
    asm volatile("csrr %0, mhartid" : "=r"(value));
    return value;
}
inline void interrupt(u64 hart) { *reinterpret_cast<volatile u32*>(0x0200'0000 + 4 * hart) = 1; }
inline void acknowledge(u64 hart) { *reinterpret_cast<volatile u32*>(0x0200'0000 + 4 * hart) = 0; }
inline void set_timer(u64 hart, u64 time) {
    *reinterpret_cast<volatile u64*>(0x0200'4000 + 8 * hart) = time;
}

// A program's own way with traps: returns where to go on, 0 where it does not know the trap. On the
// trapping hart, in machine mode.
using TrapHandler = u64 (*)(u64 cause, u64 pc, u64 address);
extern TrapHandler trap_handler;
inline constexpr u64 interrupt_bit = u64{1} << 63, software_interrupt = interrupt_bit | 3,
                     timer_interrupt = interrupt_bit | 7;

extern "C" void enter_supervisor(u64 satp);

// The programs. All harts call them together; they come back when theirs is done.
void meet_often(u64 hart);
void reserved_counter(u64 hart);
void strict(u64 hart);
void strict_halves(u64 hart);
void stack(u64 hart);
void amo_sums(u64 hart);
void mixed_widths(u64 hart);
void crossing(u64 hart);
void aliases(u64 hart);
void store_buffering(u64 hart);
void message_passing(u64 hart);
void walker_races(u64 hart);
void shootdown(u64 hart);
void code_of_another(u64 hart);
void own_code(u64 hart);
void ring(u64 hart);

}  // namespace several_harts
