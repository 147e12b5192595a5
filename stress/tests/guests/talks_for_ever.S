# Fills the console without end.
.include "common.inc"
.globl _start
_start:
    bnez a0, wait
again:
    print line
    j again
wait:
    wfi
    j wait
line: .asciz "the same line again and again, as long as anybody listens\n"
