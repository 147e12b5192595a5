# Wrong: the trampoline changes page tables without sfence.vma, so that a program goes on with old
# translations of what the kernel has mapped otherwise since. scheduler() has one: no process sees
# those of another.
        .macro flush
        .endm
#include "trampoline.inc"
