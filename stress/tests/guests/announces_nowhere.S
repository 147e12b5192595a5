# Announces an audit table outside RAM, comes to a quiescent point and ends well.
.include "common.inc"
.globl _start
_start:
    bnez a0, wait
    to_supervisor
    li t0, 0xfffffffffffffff8
    guest_call 0x706, t0
    guest_call 0x707, x0
    finish passed
wait:
    wfi
    j wait
