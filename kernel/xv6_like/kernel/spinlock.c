#include "spinlock.h"

#include "defs.h"
#include "proc.h"

void initlock(struct spinlock* lk, char* name) {
    lk->locked = 0;
    lk->name = name;
    lk->cpu = 0;
}

int holding(struct spinlock* lk) { return lk->locked && lk->cpu == mycpu(); }

void acquire(struct spinlock* lk) {
    push_off();  // an interrupt's handler could want the same lock
    if (holding(lk)) {
        panic("acquire");
    }
    while (__sync_lock_test_and_set(&lk->locked, 1)) {
    }
    __sync_synchronize();
    lk->cpu = mycpu();
}

void release(struct spinlock* lk) {
    if (!holding(lk)) {
        panic("release");
    }
    lk->cpu = 0;
    __sync_synchronize();
    __sync_lock_release(&lk->locked);
    pop_off();
}

// Interrupts are off from the first push_off() to the pop_off() that belongs to it.
void push_off(void) {
    int were_on = intr_get();
    intr_off();
    struct cpu* c = mycpu();
    if (c->noff++ == 0) {
        c->intena = were_on;
    }
}

void pop_off(void) {
    struct cpu* c = mycpu();
    if (intr_get() || c->noff < 1) {
        panic("pop_off");
    }
    if (--c->noff == 0 && c->intena) {
        intr_on();
    }
}
