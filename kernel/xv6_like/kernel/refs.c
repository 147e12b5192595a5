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

int ref_add(void* pa, int by) {
    acquire(&refs.lock);
    int count = refs.count[FRAME(pa)] += by;
    release(&refs.lock);
    return count;
}

void ref_take(void* pa) { ref_add(pa, 1); }
