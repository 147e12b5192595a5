#include "defs.h"

// exec failed: what it had made of the new address space goes.
void exec_undo(pagetable_t pagetable, uint64 sz) { proc_freepagetable(pagetable, sz); }
