# A kernel that gives up without saying why, in capitals.
.include "common.inc"
.globl _start
_start:
    bnez a0, wait
    print last_words
wait:
    wfi
    j wait
last_words: .asciz "hello\n\nPANIC: \n"
