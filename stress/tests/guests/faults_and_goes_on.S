# A program that faults at one instruction and address many times, but goes on in between.
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
    csrr t2, mepc
    addi t2, t2, 4
    csrw mepc, t2
    mret
the_program:
    li s0, 10000
    li t0, 0x18000000
the_load:
    ld t1, 0(t0)
    addi s0, s0, -1
    bnez s0, the_load
    finish passed
wait:
    wfi
    j wait
