# A program whose fault the kernel takes for handled: it tries again, for ever.
.include "common.inc"
.globl _start
_start:
    bnez a0, wait
    la t0, handler
    csrw mtvec, t0
    li t0, 3 << 11
    csrc mstatus, t0
    la t0, the_program
    csrw mepc, t0
    mret
.balign 4
handler:
    mret
the_program:
    li t0, 0x18000000
the_load:
    ld t1, 0(t0)
wait:
    wfi
    j wait
