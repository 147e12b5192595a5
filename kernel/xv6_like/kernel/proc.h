#pragma once
#include "param.h"
#include "riscv.h"
#include "spinlock.h"

// What swtch keeps: registers that a callee saves.
struct context {
    uint64 ra, sp, s[12];
};

struct cpu {
    struct proc* proc;
    struct context context;  // of scheduler()
    int noff;                // depth of push_off()
    int intena;              // interrupts were on before the first
};
extern struct cpu cpus[NCPU];

// trampoline.S knows the offsets: five words of the kernel's, then ra, sp, gp, … t6 in the order of
// their numbers.
struct trapframe {
    uint64 kernel_satp, kernel_sp, kernel_trap, epc, kernel_hartid;
    uint64 ra, sp, gp, tp, t0, t1, t2, s0, s1;
    uint64 a0, a1, a2, a3, a4, a5, a6, a7;
    uint64 s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6;
};

enum procstate { UNUSED, USED, SLEEPING, RUNNABLE, RUNNING, ZOMBIE };

struct proc {
    struct spinlock lock;

    // under lock
    enum procstate state;
    void* chan;  // what it sleeps on
    int killed;
    int xstate;
    int pid;

    struct proc* parent;  // under wait_lock

    // its own
    uint64 kstack;
    uint64 sz;
    pagetable_t pagetable;
    struct trapframe* trapframe;
    struct context context;
    struct file* ofile[NOFILE];
    struct inode* cwd;
    char name[16];
};
extern struct proc proc[NPROC];
extern struct proc* initproc;
extern struct spinlock wait_lock;  // before any p->lock
