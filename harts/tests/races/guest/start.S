# Every hart starts in machine mode with its number in a0, and goes on in supervisor mode without
# translation: relaxed accesses are announced from there. tp is its number. Machine mode keeps the
# software interrupts of the CLINT; supervisor mode has the timer's and its own. Traps stay on the
# stack in use.
.equ STACK_SIZE, 8192

.section .text.start
.globl _start
_start:
    mv      tp, a0
    la      sp, stacks
    li      t0, STACK_SIZE
    addi    t1, a0, 1
    mul     t0, t0, t1
    add     sp, sp, t0
    li      t0, -1                  # one PMP entry opens all of memory
    srli    t0, t0, 10
    csrw    pmpaddr0, t0
    li      t0, 0x1f
    csrw    pmpcfg0, t0
    la      t0, machine_vector
    csrw    mtvec, t0
    la      t0, supervisor_vector
    csrw    stvec, t0
    li      t0, 0x22                # SSIP, STIP
    csrw    mideleg, t0
    li      t0, 0x08                # MSIP
    csrw    mie, t0
    li      t0, -1
    csrw    0x14d, t0               # stimecmp: never
    csrw    mcounteren, t0
    li      t1, 1
    slli    t1, t1, 63
    csrs    0x30a, t1               # menvcfg.STCE
    csrw    0x14d, t0
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x0800              # MPP = S
    csrs    mstatus, t0
    la      t0, 1f
    csrw    mepc, t0
    mret
1:  call    hart_main
2:  wfi
    j       2b

.macro TRAP_VECTOR cause, epc, return, handler
    addi    sp, sp, -128
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
    csrr    a0, \cause
    csrr    a1, \epc
    call    \handler                # comes back only from interrupts
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
    addi    sp, sp, 128
    \return
.endm

.text
.align 2
machine_vector:
    TRAP_VECTOR mcause, mepc, mret, machine_trap
.align 2
supervisor_vector:
    TRAP_VECTOR scause, sepc, sret, supervisor_trap

.bss
.align 12
stacks:
    .space  STACK_SIZE * 64
