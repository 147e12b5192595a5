# Traps and switches. Offsets: TrapFrame and Context in thread.h.

# From supervisor mode: on the stack in use. tp stays: who is switched away in between comes back on
# another hart.
.text
.align 2
.globl kernel_vector
kernel_vector:
    addi    sp, sp, -144
    sd      ra, 0(sp)
    sd      t0, 8(sp)
    sd      t1, 16(sp)
    sd      t2, 24(sp)
    sd      a0, 32(sp)
    sd      a1, 40(sp)
    sd      a2, 48(sp)
    sd      a3, 56(sp)
    sd      a4, 64(sp)
    sd      a5, 72(sp)
    sd      a6, 80(sp)
    sd      a7, 88(sp)
    sd      t3, 96(sp)
    sd      t4, 104(sp)
    sd      t5, 112(sp)
    sd      t6, 120(sp)
    call    trap_from_kernel
    ld      ra, 0(sp)
    ld      t0, 8(sp)
    ld      t1, 16(sp)
    ld      t2, 24(sp)
    ld      a0, 32(sp)
    ld      a1, 40(sp)
    ld      a2, 48(sp)
    ld      a3, 56(sp)
    ld      a4, 64(sp)
    ld      a5, 72(sp)
    ld      a6, 80(sp)
    ld      a7, 88(sp)
    ld      t3, 96(sp)
    ld      t4, 104(sp)
    ld      t5, 112(sp)
    ld      t6, 120(sp)
    addi    sp, sp, 144
    sret

.macro EACH_USER_REGISTER instruction, frame
    \instruction x1, 8(\frame)
    \instruction x2, 16(\frame)
    \instruction x3, 24(\frame)
    \instruction x4, 32(\frame)
    \instruction x5, 40(\frame)
    \instruction x6, 48(\frame)
    \instruction x7, 56(\frame)
    \instruction x8, 64(\frame)
    \instruction x9, 72(\frame)
    \instruction x11, 88(\frame)
    \instruction x12, 96(\frame)
    \instruction x13, 104(\frame)
    \instruction x14, 112(\frame)
    \instruction x15, 120(\frame)
    \instruction x16, 128(\frame)
    \instruction x17, 136(\frame)
    \instruction x18, 144(\frame)
    \instruction x19, 152(\frame)
    \instruction x20, 160(\frame)
    \instruction x21, 168(\frame)
    \instruction x22, 176(\frame)
    \instruction x23, 184(\frame)
    \instruction x24, 192(\frame)
    \instruction x25, 200(\frame)
    \instruction x26, 208(\frame)
    \instruction x27, 216(\frame)
    \instruction x28, 224(\frame)
    \instruction x29, 232(\frame)
    \instruction x30, 240(\frame)
    \instruction x31, 248(\frame)
.endm

# From user mode: into the thread's trap frame (sscratch), then on its kernel stack.
.align 2
.globl user_vector
user_vector:
    csrrw   a0, sscratch, a0
    EACH_USER_REGISTER sd, a0
    csrr    t0, sscratch
    sd      t0, 80(a0)
    ld      sp, 256(a0)
    ld      tp, 264(a0)
    li      s0, 0                   # frame pointers end here
    call    trap_from_user          # comes back by return_to_user

# [[noreturn]] void return_to_user(TrapFrame& frame): interrupts are off, sepc and sstatus are set.
.globl return_to_user
return_to_user:
    csrw    sscratch, a0
    sd      tp, 264(a0)
    EACH_USER_REGISTER ld, a0
    ld      a0, 80(a0)
    sret

# void switch_context(Context& from, Context& to): returns when somebody switches back.
.globl switch_context
switch_context:
    sd      ra, 0(a0)
    sd      sp, 8(a0)
    sd      s0, 16(a0)
    sd      s1, 24(a0)
    sd      s2, 32(a0)
    sd      s3, 40(a0)
    sd      s4, 48(a0)
    sd      s5, 56(a0)
    sd      s6, 64(a0)
    sd      s7, 72(a0)
    sd      s8, 80(a0)
    sd      s9, 88(a0)
    sd      s10, 96(a0)
    sd      s11, 104(a0)
    ld      ra, 0(a1)
    ld      sp, 8(a1)
    ld      s0, 16(a1)
    ld      s1, 24(a1)
    ld      s2, 32(a1)
    ld      s3, 40(a1)
    ld      s4, 48(a1)
    ld      s5, 56(a1)
    ld      s6, 64(a1)
    ld      s7, 72(a1)
    ld      s8, 80(a1)
    ld      s9, 88(a1)
    ld      s10, 96(a1)
    ld      s11, 104(a1)
    ret
