# Every hart waits for an interrupt that nobody has enabled.
.globl _start
_start:
    wfi
    j _start
