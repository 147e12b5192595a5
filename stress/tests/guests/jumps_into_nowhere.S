# Jumps to an address where nothing is, without a trap handler.
.include "common.inc"
.globl _start
_start:
    li t0, 0x18000000
jump:
    jr t0
