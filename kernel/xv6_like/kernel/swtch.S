# swtch(struct context* from, struct context* to)
#include "registers.inc"
        .text
        .globl swtch
swtch:
        each sd, 0, a0, ra, sp, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11
        each ld, 0, a1, ra, sp, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11
        ret
