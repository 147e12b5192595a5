# The one page that every address space has at the same place: satp changes while it is executed.
#include "registers.inc"
        .section trampsec, "ax"
        .balign 4

        # The user's registers in the trapframe, which a0 points at, but for a0 itself.
        .macro user_registers op
        each \op, 40, a0, ra, sp, gp, tp, t0, t1, t2, s0, s1
        each \op, 120, a0, a1, a2, a3, a4, a5, a6, a7
        each \op, 176, a0, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6
        .endm

# From user mode, with the user's registers and page table.
        .globl uservec
uservec:
        csrw sscratch, a0
        li a0, 0x3fffffe000     # TRAPFRAME
        user_registers sd
        csrr t0, sscratch
        sd t0, 112(a0)          # a0
        ld sp, 8(a0)
        ld tp, 32(a0)
        ld t0, 16(a0)           # usertrap
        ld t1, 0(a0)
        sfence.vma              # what was stored through the user's table comes first
        csrw satp, t1
        sfence.vma
        jr t0

# userret(satp): back to user mode.
        .globl userret
userret:
        sfence.vma
        csrw satp, a0
        sfence.vma
        li a0, 0x3fffffe000
        user_registers ld
        ld a0, 112(a0)
        sret
