// Wrong: the counts change without a lock, so that of two changes at a time one is lost.
#include "defs.h"
#include "memlayout.h"
#include "spinlock.h"

#define FRAME(pa) (((uint64)(pa) - KERNBASE) / PGSIZE)

struct {
    struct spinlock lock;
    int count[(PHYSTOP - KERNBASE) / PGSIZE];
} refs;

void ref_init(void) { initlock(&refs.lock, "refs"); }
void ref_first(void* pa) { refs.count[FRAME(pa)] = 1; }
int ref_add(void* pa, int by) { return refs.count[FRAME(pa)] += by; }
void ref_take(void* pa) { ref_add(pa, 1); }
