# More zeroed memory than the machine has.
.globl _start
_start:
    j _start
.bss
.skip 0x10000000
