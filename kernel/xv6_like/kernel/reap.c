#include "defs.h"
#include "proc.h"

int reap(struct proc* p, struct proc* child, uint64 addr) {
    int pid = child->pid;
    if (addr && copyout(p->pagetable, addr, &child->xstate, sizeof(child->xstate)) < 0) {
        return -1;
    }
    freeproc(child);
    return pid;
}
