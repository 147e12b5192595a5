# All harts begin here at once, in machine mode, with their number in a0.
.section .text.start
.globl _start
_start:
    la      sp, stacks
    addi    t0, a0, 1
    slli    t0, t0, 10
    add     sp, sp, t0
    call    micro_main
1:  wfi
    j       1b

.bss
.align 12
stacks:
    .space  1024 * 4
