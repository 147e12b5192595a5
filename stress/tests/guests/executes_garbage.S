# An illegal instruction, in supervisor mode and without a trap handler.
.include "common.inc"
.globl _start
_start:
    to_supervisor
the_garbage:
    unimp
