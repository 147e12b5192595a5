# A kernel that prints its last words but does not end the machine.
.include "common.inc"
.globl _start
_start:
    bnez a0, wait
    print last_words
wait:
    wfi
    j wait
last_words: .asciz "hello\n\npanic: no slot 17 left\nhart 0\n"
