// Wrong: the kernel's own stores go into the shared frame, and the others see them.
#include "defs.h"

int copyout(pagetable_t pagetable, uint64 dstva, const void* src, uint64 len) {
    while (len > 0) {
        uint64 offset = dstva % PGSIZE;
        uint64 n = len < PGSIZE - offset ? len : PGSIZE - offset;
        uint64 pa = walkaddr(pagetable, dstva);
        if (!pa) {
            return -1;
        }
        memmove((char*)pa + offset, src, n);
        len -= n;
        src = (const char*)src + n;
        dstva += n;
    }
    return 0;
}
