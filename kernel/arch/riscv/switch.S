// switch_context(SwitchContext* from, SwitchContext* to): saves what a function call must preserve,
// goes on elsewhere.
.globl switch_context
.type switch_context, @function
.section .text
switch_context:
    sd ra, 0(a0)
    sd sp, 8(a0)
    sd s0, 16(a0)
    sd s1, 24(a0)
    sd s2, 32(a0)
    sd s3, 40(a0)
    sd s4, 48(a0)
    sd s5, 56(a0)
    sd s6, 64(a0)
    sd s7, 72(a0)
    sd s8, 80(a0)
    sd s9, 88(a0)
    sd s10, 96(a0)
    sd s11, 104(a0)
    ld ra, 0(a1)
    ld sp, 8(a1)
    ld s0, 16(a1)
    ld s1, 24(a1)
    ld s2, 32(a1)
    ld s3, 40(a1)
    ld s4, 48(a1)
    ld s5, 56(a1)
    ld s6, 64(a1)
    ld s7, 72(a1)
    ld s8, 80(a1)
    ld s9, 88(a1)
    ld s10, 96(a1)
    ld s11, 104(a1)
    ret
.size switch_context, . - switch_context

// Where a context that never ran begins: its SwitchContext has this as ra, and its frame chain ends
// here.
.globl context_begin
.type context_begin, @function
context_begin:
    li s0, 0
    li ra, 0
    tail process_begin
.size context_begin, . - context_begin
