// The end of a process: exit, wait, kill.
#include "defs.h"
#include "file.h"
#include "proc.h"

static void reparent(struct proc* p) {
    for (struct proc* child = proc; child < &proc[NPROC]; child++) {
        if (child->parent == p) {
            child->parent = initproc;
            wakeup(initproc);
        }
    }
}

void exit(int status) {
    struct proc* p = myproc();
    if (p == initproc) {
        panic("init exiting");
    }
    for (int fd = 0; fd < NOFILE; fd++) {
        if (p->ofile[fd]) {
            fileclose(p->ofile[fd]);
            p->ofile[fd] = 0;
        }
    }
    iput(p->cwd);
    p->cwd = 0;

    acquire(&wait_lock);
    reparent(p);
    wakeup(p->parent);
    acquire(&p->lock);
    p->xstate = status;
    p->state = ZOMBIE;
    release(&wait_lock);
    sched();
    panic("zombie exit");
}

int wait(uint64 addr) {
    struct proc* p = myproc();
    acquire(&wait_lock);
    for (;;) {
        int children = 0;
        for (struct proc* child = proc; child < &proc[NPROC]; child++) {
            if (child->parent != p) {
                continue;
            }
            children = 1;
            acquire(&child->lock);  // it may still be in exit() or swtch()
            int zombie = child->state == ZOMBIE;
            int pid = zombie ? reap(p, child, addr) : 0;
            release(&child->lock);
            if (zombie) {
                release(&wait_lock);
                return pid;
            }
        }
        if (!children || killed(p)) {
            release(&wait_lock);
            return -1;
        }
        sleep(p, &wait_lock);
    }
}

int kill(int pid) {
    for (struct proc* p = proc; p < &proc[NPROC]; p++) {
        acquire(&p->lock);
        int found = p->pid == pid;
        if (found) {
            p->killed = 1;
            if (p->state == SLEEPING) {
                p->state = RUNNABLE;
            }
        }
        release(&p->lock);
        if (found) {
            return 0;
        }
    }
    return -1;
}

void setkilled(struct proc* p) {
    acquire(&p->lock);
    p->killed = 1;
    release(&p->lock);
}

int killed(struct proc* p) {
    acquire(&p->lock);
    int k = p->killed;
    release(&p->lock);
    return k;
}
