# Loads from an address that neither RAM nor a device answers, without a trap handler.
.include "common.inc"
.globl _start
_start:
    li t0, 0x18000000
the_load:
    ld t1, 0(t0)
