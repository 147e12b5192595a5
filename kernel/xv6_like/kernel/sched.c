// Who runs: each hart goes round the table of processes.
#include "defs.h"
#include "proc.h"

static int run(struct cpu* c, struct proc* p) {
    int ran = 0;
    acquire(&p->lock);
    if (p->state == RUNNABLE) {
        p->state = RUNNING;
        c->proc = p;
        sfence_vma();  // the last one's trapframe had the address of this one's
        swtch(&c->context, &p->context);
        c->proc = 0;
        ran = 1;
    }
    release(&p->lock);
    return ran;
}

void scheduler(void) {
    struct cpu* c = mycpu();
    c->proc = 0;
    for (;;) {
        intr_on();  // for what is pending: else nobody could wake those who all wait
        intr_off();
        int ran = 0;
        for (struct proc* p = proc; p < &proc[NPROC]; p++) {
            ran |= run(c, p);
        }
        if (!ran) {
            idle();
        }
    }
}

// Leaves this process; its lock is held, and no other.
void sched(void) {
    struct proc* p = myproc();
    if (!holding(&p->lock) || mycpu()->noff != 1 || p->state == RUNNING || intr_get()) {
        panic("sched");
    }
    int intena = mycpu()->intena;  // goes with the process, not with the hart
    swtch(&p->context, &mycpu()->context);
    mycpu()->intena = intena;
}

void yield(void) {
    struct proc* p = myproc();
    acquire(&p->lock);
    p->state = RUNNABLE;
    sched();
    release(&p->lock);
}

// Lets go of lk, and has it again when woken. No wakeup is lost in between: it takes p->lock.
void sleep(void* chan, struct spinlock* lk) {
    struct proc* p = myproc();
    acquire(&p->lock);
    release(lk);
    p->chan = chan;
    p->state = SLEEPING;
    sched();
    p->chan = 0;
    release(&p->lock);
    acquire(lk);
}

void wakeup(void* chan) {
    for (struct proc* p = proc; p < &proc[NPROC]; p++) {
        if (p != myproc()) {
            acquire(&p->lock);
            if (p->state == SLEEPING && p->chan == chan) {
                p->state = RUNNABLE;
            }
            release(&p->lock);
        }
    }
}
