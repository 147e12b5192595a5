// Wrong: an exec that fails frees its page tables, but not what they map.
#include "defs.h"

void exec_undo(pagetable_t pagetable, uint64 sz) {
    uvmunmap(pagetable, 0, PGROUNDUP(sz) / PGSIZE, 0);
    proc_freepagetable(pagetable, 0);
}
