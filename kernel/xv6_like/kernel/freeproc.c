#include "defs.h"
#include "memlayout.h"
#include "proc.h"

void proc_freepagetable(pagetable_t pagetable, uint64 sz) {
    uvmunmap(pagetable, TRAMPOLINE, 1, 0);
    uvmunmap(pagetable, TRAPFRAME, 1, 0);
    uvmfree(pagetable, sz);
}

// All that a process has; p->lock is held.
void freeproc(struct proc* p) {
    if (p->trapframe) {
        kfree(p->trapframe);
    }
    if (p->pagetable) {
        proc_freepagetable(p->pagetable, p->sz);
    }
    p->trapframe = 0;
    p->pagetable = 0;
    p->sz = 0;
    p->pid = 0;
    p->parent = 0;
    p->name[0] = 0;
    p->chan = 0;
    p->killed = 0;
    p->xstate = 0;
    p->state = UNUSED;
}
