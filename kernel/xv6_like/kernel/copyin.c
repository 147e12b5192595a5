#include "defs.h"

int copyin(pagetable_t pagetable, void* dst, uint64 srcva, uint64 len) {
    while (len > 0) {
        uint64 offset = srcva % PGSIZE;
        uint64 n = len < PGSIZE - offset ? len : PGSIZE - offset;
        uint64 pa = walkaddr(pagetable, srcva);
        if (!pa) {
            return -1;
        }
        memmove(dst, (char*)pa + offset, n);
        len -= n;
        dst = (char*)dst + n;
        srcva += n;
    }
    return 0;
}

// A string with its end, of at most max bytes; -1 when it has none there.
int copyinstr(pagetable_t pagetable, char* dst, uint64 srcva, uint64 max) {
    for (; max > 0; max--, dst++, srcva++) {
        if (copyin(pagetable, dst, srcva, 1) < 0) {
            return -1;
        }
        if (!*dst) {
            return 0;
        }
    }
    return -1;
}
