// Trap entry and return. A TrapFrame holds pc at 0, register n at 8 n, the kernel's tp at 256.

.macro each_register operation, base     // all but x0, sp (x2) and the base's own use by the caller
    \operation x3, 24(\base)
    \operation x4, 32(\base)
    \operation x5, 40(\base)
    \operation x6, 48(\base)
    \operation x7, 56(\base)
    \operation x8, 64(\base)
    \operation x9, 72(\base)
    \operation x11, 88(\base)
    \operation x12, 96(\base)
    \operation x13, 104(\base)
    \operation x14, 112(\base)
    \operation x15, 120(\base)
    \operation x16, 128(\base)
    \operation x17, 136(\base)
    \operation x18, 144(\base)
    \operation x19, 152(\base)
    \operation x20, 160(\base)
    \operation x21, 168(\base)
    \operation x22, 176(\base)
    \operation x23, 184(\base)
    \operation x24, 192(\base)
    \operation x25, 200(\base)
    \operation x26, 208(\base)
    \operation x27, 216(\base)
    \operation x28, 224(\base)
    \operation x29, 232(\base)
    \operation x30, 240(\base)
    \operation x31, 248(\base)
.endm

.section .text

// From user mode. sscratch holds the trap frame, which is also the top of the kernel stack.
.balign 4
.globl user_vector
.type user_vector, @function
user_vector:
    csrrw sp, sscratch, sp
    sd ra, 8(sp)
    sd a0, 80(sp)
    each_register sd, sp
    csrr t0, sscratch
    sd t0, 16(sp)
    ld tp, 256(sp)
    mv a0, sp
    li s0, 0                 // the chain of frames ends here
    li ra, 0
    tail user_trap
.size user_vector, . - user_vector

// user_return(TrapFrame*): sepc and sstatus are set, interrupts are off.
.globl user_return
.type user_return, @function
user_return:
    csrw sscratch, a0
    ld ra, 8(a0)
    ld sp, 16(a0)
    each_register ld, a0
    ld a0, 80(a0)
    sret
.size user_return, . - user_return

// From the kernel itself: on the stack of whatever was interrupted. Saves what a function call may
// change.
.balign 4
.globl kernel_vector
.type kernel_vector, @function
kernel_vector:
    addi sp, sp, -128
    sd ra, 0(sp)
    sd t0, 8(sp)
    sd t1, 16(sp)
    sd t2, 24(sp)
    sd a0, 32(sp)
    sd a1, 40(sp)
    sd a2, 48(sp)
    sd a3, 56(sp)
    sd a4, 64(sp)
    sd a5, 72(sp)
    sd a6, 80(sp)
    sd a7, 88(sp)
    sd t3, 96(sp)
    sd t4, 104(sp)
    sd t5, 112(sp)
    sd t6, 120(sp)
    call kernel_trap
    ld ra, 0(sp)
    ld t0, 8(sp)
    ld t1, 16(sp)
    ld t2, 24(sp)
    ld a0, 32(sp)
    ld a1, 40(sp)
    ld a2, 48(sp)
    ld a3, 56(sp)
    ld a4, 64(sp)
    ld a5, 72(sp)
    ld a6, 80(sp)
    ld a7, 88(sp)
    ld t3, 96(sp)
    ld t4, 104(sp)
    ld t5, 112(sp)
    ld t6, 120(sp)
    addi sp, sp, 128
    sret
.size kernel_vector, . - kernel_vector
