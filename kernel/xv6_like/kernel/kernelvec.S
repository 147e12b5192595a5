# A trap in the kernel: what a callee does not save is kept on the stack of whoever was interrupted.
#include "registers.inc"
        .macro caller_saved op
        each \op, 0, sp, ra, t0, t1, t2, t3, t4, t5, t6, a0, a1, a2, a3, a4, a5, a6, a7
        .endm
        .text
        .balign 4
        .globl kernelvec
kernelvec:
        addi sp, sp, -128
        caller_saved sd
        call kerneltrap
        caller_saved ld
        addi sp, sp, 128
        sret
