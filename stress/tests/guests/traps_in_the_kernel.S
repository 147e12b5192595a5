# A supervisor that traps two calls deep and gives up in its handler.
.include "common.inc"
.macro frame
    addi sp, sp, -16
    sd ra, 8(sp)
    sd s0, 0(sp)
    addi s0, sp, 16
.endm
.globl _start
_start:
    bnez a0, wait
    la sp, stack_top
    li t0, 1 << 5           # load access faults go to the supervisor
    csrw medeleg, t0
    to_supervisor
    la t0, vector
    csrw stvec, t0
    li s0, 0
    li ra, 0
the_caller:
    frame
    call the_trapper
the_trapper:
    frame
    li t0, 0x18000000
    ld t1, 0(t0)
    ret
.balign 4
vector:
    addi sp, sp, -16
    sd ra, 0(sp)
    call panic_now
    j vector
panic_now:
    frame
    print last_words
1:  wfi
    j 1b
wait:
    wfi
    j wait
last_words: .asciz "panic: trap in the kernel\n"
.bss
.balign 16
    .skip 1024
stack_top:
