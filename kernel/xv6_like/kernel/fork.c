#include "defs.h"
#include "proc.h"

int fork(void) {
    struct proc* p = myproc();
    struct proc* np = allocproc();
    if (!np) {
        return -1;
    }
    if (uvmcopy(p->pagetable, np->pagetable, p->sz) < 0) {
        fork_undo(np);
        release(&np->lock);
        return -1;
    }
    np->sz = p->sz;
    *np->trapframe = *p->trapframe;
    np->trapframe->a0 = 0;  // what the child sees of fork
    for (int fd = 0; fd < NOFILE; fd++) {
        np->ofile[fd] = p->ofile[fd] ? filedup(p->ofile[fd]) : 0;
    }
    np->cwd = idup(p->cwd);
    safestrcpy(np->name, p->name, sizeof(p->name));
    int pid = np->pid;
    release(&np->lock);

    acquire(&wait_lock);
    np->parent = p;
    release(&wait_lock);

    acquire(&np->lock);
    np->state = RUNNABLE;
    release(&np->lock);
    return pid;
}
