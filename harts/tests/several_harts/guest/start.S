# Every hart starts here in machine mode with its number in a0. Traps of every mode come to machine
# mode, on the stack in use: supervisor programs map the image where it is.
.equ STACK_SIZE, 8192

.section .text.start
.globl _start
_start:
    la      sp, stacks
    li      t0, STACK_SIZE
    addi    t1, a0, 1
    mul     t0, t0, t1
    add     sp, sp, t0
    la      t0, trap_vector
    csrw    mtvec, t0
    li      t0, -1                  # one PMP entry opens all of memory
    srli    t0, t0, 10
    csrw    pmpaddr0, t0
    li      t0, 0x1f
    csrw    pmpcfg0, t0
    call    hart_main
1:  wfi
    j       1b

.text
.align 2
trap_vector:
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
    csrr    a0, mcause
    csrr    a1, mepc
    csrr    a2, mtval
    call    handle_trap             # returns where to go on
    csrw    mepc, a0
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
    mret

# void enter_supervisor(u64 satp): returns to its caller in supervisor mode with that satp. There is
# no way back.
.globl enter_supervisor
enter_supervisor:
    csrw    satp, a0
    sfence.vma
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x0800
    csrs    mstatus, t0
    csrw    mepc, ra
    mret

.bss
.align 12
stacks:
    .space  STACK_SIZE * 64
