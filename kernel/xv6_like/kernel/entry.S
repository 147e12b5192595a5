# Every hart begins here, in M-mode, as QEMU's -kernel leaves it: a stack of its own, then start().
        .section .text.entry, "ax"
        .globl _entry
_entry:
        la sp, stack0
        li t0, 4096
        csrr t1, mhartid
        addi t1, t1, 1
        mul t0, t0, t1
        add sp, sp, t0
        call start
1:      j 1b
