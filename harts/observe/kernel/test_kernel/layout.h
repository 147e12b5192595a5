// The data of a small kernel in xv6's manner, for the guest that is compiled with it and for the
// test that fills a memory by it: both are LP64.
#pragma once

namespace test_kernel {

constexpr unsigned long kernbase = 0x80000000, physical_end = kernbase + (8ul << 20);
constexpr unsigned long frames_of_ram = (physical_end - kernbase) / 4096;
constexpr int slots = 16, harts = 4;

struct spinlock {
    unsigned locked;
    const char* name;
    struct cpu* cpu;
};
struct run {
    run* next;
};
// Looks like it, and links no frames.
struct waiter {
    waiter* next;
};
struct context {
    unsigned long ra, sp, s[12];
};
struct trapframe {
    unsigned long kernel_satp;
};
typedef unsigned long* pagetable_t;
enum procstate { UNUSED, USED, SLEEPING, RUNNABLE, RUNNING, ZOMBIE };
struct proc {
    spinlock lock;
    procstate state;
    void* chan;
    int killed, xstate, pid;
    proc* parent;
    unsigned long kstack, sz;
    pagetable_t pagetable;
    struct trapframe* trapframe;
    struct context context;
    char name[16];
};
struct cpu {
    struct proc* proc;
    struct context context;
    int noff, intena;
};

}  // namespace test_kernel
