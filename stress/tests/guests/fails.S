# Says why and ends with status 7.
.include "common.inc"
.globl _start
_start:
    bnez a0, wait
    print reason
    finish failed | 7 << 16
wait:
    wfi
    j wait
reason: .asciz "page 12 is gone\n"
