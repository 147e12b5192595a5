# Announces an audit table that is none, comes to a quiescent point and ends well.
.include "common.inc"
.globl _start
_start:
    bnez a0, wait
    to_supervisor
    la t0, _start
    guest_call 0x706, t0
    guest_call 0x707, x0
    finish passed
wait:
    wfi
    j wait
