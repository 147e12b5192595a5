# Reports a failed check in a mode that may not, then twice with other numbers, counts five
# operations and ends well.
.include "common.inc"
.globl _start
_start:
    bnez a0, wait
    la t0, first
    guest_call 0x703, t0
    to_supervisor
    la t0, first
    guest_call 0x703, t0
    la t0, second
    guest_call 0x703, t0
    li t1, 5
    guest_call 0x704, t1
    finish passed
wait:
    wfi
    j wait
first:  .asciz "byte 17 of page 3 is wrong"
second: .asciz "byte 4 of page 9 is wrong"
