# A label without type or size, as hand-written entry code often has.
.section .text.start, "ax"
.globl _start
_start:
    li a0, 1
    call guest_main
again:
    j again
