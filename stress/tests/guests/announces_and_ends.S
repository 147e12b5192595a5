# Announces an audit table and ends well, without a quiescent point.
.include "common.inc"
.globl _start
_start:
    bnez a0, wait
    to_supervisor
    la t0, _start
    guest_call 0x706, t0
    finish passed
wait:
    wfi
    j wait
