// How many page-table entries, or else the kernel, refer to each frame.
#include "defs.h"
#include "memlayout.h"
#include "spinlock.h"

#define FRAME(pa) (((uint64)(pa) - KERNBASE) / PGSIZE)

struct {
    struct spinlock lock;
    int count[(PHYSTOP - KERNBASE) / PGSIZE];
} refs;

void ref_init(void) { initlock(&refs.lock, "refs"); }

void ref_first(void* pa) {
    acquire(&refs.lock);
    refs.count[FRAME(pa)] = 1;
    release(&refs.lock);
}

void ref_take(void* pa) {
    acquire(&refs.lock);
    refs.count[FRAME(pa)]++;
    release(&refs.lock);
}

int ref_drop(void* pa) {
    acquire(&refs.lock);
    int left = --refs.count[FRAME(pa)];
    release(&refs.lock);
    return left;
}

int ref_count(void* pa) {
    acquire(&refs.lock);
    int count = refs.count[FRAME(pa)];
    release(&refs.lock);
    return count;
}
