// The allocator of frames.
#include "defs.h"
#include "memlayout.h"
#include "spinlock.h"

struct run {
    struct run* next;
};
struct {
    struct spinlock lock;
    struct run* freelist;
} kmem;

void kinit(void) {
    initlock(&kmem.lock, "kmem");
    ref_init();
    for (char* p = (char*)PGROUNDUP((uint64)end); p + PGSIZE <= (char*)PHYSTOP; p += PGSIZE) {
        ref_first(p);
        kfree(p);
    }
}

void kfree(void* pa) {
    if ((uint64)pa % PGSIZE || (char*)pa < end || (uint64)pa >= PHYSTOP) {
        panic("kfree");
    }
    if (ref_drop(pa) > 0) {
        return;
    }
    memset(pa, 1, PGSIZE);  // whoever still uses it, or takes a new one for zeros, shall notice
    struct run* r = pa;
    acquire(&kmem.lock);
    r->next = kmem.freelist;
    kmem.freelist = r;
    release(&kmem.lock);
}

void* kalloc(void) {
    acquire(&kmem.lock);
    struct run* r = kmem.freelist;
    if (r) {
        kmem.freelist = r->next;
    }
    release(&kmem.lock);
    if (r) {
        ref_first(r);
    }
    return r;
}
