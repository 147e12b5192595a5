#include "defs.h"

// To a user's memory, as if he stored it: shared frames are copied first, read-only ones refused.
int copyout(pagetable_t pagetable, uint64 dstva, const void* src, uint64 len) {
    while (len > 0) {
        uint64 offset = dstva % PGSIZE;
        uint64 n = len < PGSIZE - offset ? len : PGSIZE - offset;
        uint64 pa = walkaddr(pagetable, dstva);
        if (!pa) {
            return -1;
        }
        if (!(*walk(pagetable, dstva, 0) & PTE_W)) {
            if (cowfault(pagetable, dstva) < 0) {
                return -1;
            }
            pa = walkaddr(pagetable, dstva);
        }
        memmove((char*)pa + offset, src, n);
        len -= n;
        src = (const char*)src + n;
        dstva += n;
    }
    return 0;
}
