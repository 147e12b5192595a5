# Every hart starts in machine mode with its number in a0 and goes on in supervisor mode for good:
# all traps are delegated. tp is the hart's number while it is in the kernel.
.equ STACK_SIZE, 8192

.section .text.start
.globl _start
_start:
    mv      tp, a0
    la      sp, boot_stacks
    li      t0, STACK_SIZE
    addi    t1, a0, 1
    mul     t0, t0, t1
    add     sp, sp, t0
    li      t0, -1                  # one PMP entry opens all of memory
    srli    t0, t0, 10
    csrw    pmpaddr0, t0
    li      t0, 0x1f
    csrw    pmpcfg0, t0
    li      t0, 0xb1ff              # exceptions, but ecall from S
    csrw    medeleg, t0
    li      t0, 0x222
    csrw    mideleg, t0
    la      t0, machine_vector
    csrw    mtvec, t0
    li      t0, -1
    csrw    mcounteren, t0
    li      t1, 1
    slli    t1, t1, 63
    csrs    0x30a, t1               # menvcfg.STCE
    csrw    0x14d, t0               # stimecmp: never
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x0800              # MPP = S
    csrs    mstatus, t0
    la      t0, 1f
    csrw    mepc, t0
    mret
1:  call    hart_main
2:  j       2b

.align 2
machine_vector:                     # nothing comes here
    csrr    a0, mcause
    call    fail

.bss
.align 12
boot_stacks:
    .space  STACK_SIZE * 16
