        .macro flush
        sfence.vma
        .endm
#include "trampoline.inc"
