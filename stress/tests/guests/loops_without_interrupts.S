# Hart 0 never comes back; the others wait.
.include "common.inc"
.globl _start
_start:
    bnez a0, wait
endless_loop:
    addi t0, t0, 1
    j endless_loop
wait:
    wfi
    j wait
