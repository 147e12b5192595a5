// What a hart is to the small kernel: its number, its interrupts, time, and what runs on it.
#pragma once
#include "harts/tests/races/guest/ordering.h"
#include "harts/tests/races/kernel/agreed.h"

#define MARKED extern "C" [[gnu::noinline, gnu::used]]

namespace races {
extern Parameters parameters;
}

namespace races::kernel {

extern Outcome outcome;

// Ends the machine: all went well.
[[noreturn]] void pass();
// Ends the machine: it failed, `status` says why.
extern "C" [[noreturn]] void fail(u64 status);

inline u64 hart_id() {
    u64 value;
    asm volatile("mv %0, tp" : "=r"(value));  // volatile: a thread goes on on another hart
    return value;
}

inline constexpr u64 sstatus_sie = 2;
inline u64 interrupts_off() {  // returns what to restore
    u64 old;
    asm volatile("csrrc %0, sstatus, %1" : "=r"(old) : "r"(sstatus_sie) : "memory");
    return old & sstatus_sie;
}
inline void interrupts_on() { asm volatile("csrs sstatus, %0" ::"r"(sstatus_sie) : "memory"); }
inline void restore_interrupts(u64 old) { asm volatile("csrs sstatus, %0" ::"r"(old) : "memory"); }

class InterruptsOff {
public:
    InterruptsOff() : old_(interrupts_off()) {}
    ~InterruptsOff() { restore_interrupts(old_); }
    InterruptsOff(const InterruptsOff&) = delete;
    InterruptsOff& operator=(const InterruptsOff&) = delete;

private:
    u64 old_;
};

inline u64 now() {
    u64 time;
    asm volatile("csrr %0, time" : "=r"(time));
    return time;
}
inline void set_timer(u64 time) { asm volatile("csrw 0x14d, %0" ::"r"(time)); }  // stimecmp

inline constexpr u64 slice = 100;  // ticks of 100 ns

}  // namespace races::kernel
