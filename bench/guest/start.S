# Entry, trap handlers and the way into supervisor mode and back. Every hart starts here in machine
# mode with its number in a0 and the device tree's address in a1. The loader has zeroed .bss.
.section .text.start
.globl _start
_start:
    la      sp, stacks
    li      t0, STACK_SIZE
    addi    t1, a0, 1
    mul     t0, t0, t1
    add     sp, sp, t0
    la      t0, unexpected_trap
    csrw    mtvec, t0
    li      t0, -1                  # one PMP entry opens all of memory to supervisor mode
    srli    t0, t0, 10
    csrw    pmpaddr0, t0
    li      t0, 0x1f                # NAPOT, read, write, execute
    csrw    pmpcfg0, t0
    li      t0, 8                   # mie.MSIE: wakes wfi; mstatus.MIE stays off, so nothing is taken
    csrw    mie, t0
    call    hart_main
1:  wfi
    j       1b

.text
.align 2
unexpected_trap:
    csrr    a0, mcause
    csrr    a1, mepc
    csrr    a2, mtval
    call    report_trap
1:  j       1b

# The shortest handler of an environment call there is: resume behind it. All registers are kept.
.globl resume_behind_ecall
.align 2
resume_behind_ecall:
    csrw    mscratch, t0
    csrr    t0, mepc
    addi    t0, t0, 4
    csrw    mepc, t0
    csrr    t0, mscratch
    mret

# void run_in_supervisor_mode(u64 (*function)(u64), u64 argument): calls it in S-mode on this stack,
# comes back in M-mode.
.globl run_in_supervisor_mode
run_in_supervisor_mode:
    addi    sp, sp, -32
    sd      ra, 0(sp)
    sd      s0, 8(sp)
    csrr    t0, mtvec
    sd      t0, 16(sp)
    mv      s0, a0
    mv      a0, a1
    la      t0, back_to_machine_mode
    csrw    mtvec, t0
    li      t0, 0x1800              # mstatus.MPP: both bits off, then S
    csrc    mstatus, t0
    li      t0, 0x0800
    csrs    mstatus, t0
    la      t0, 1f
    csrw    mepc, t0
    mret
1:  jalr    s0
    ecall
.align 2
back_to_machine_mode:
    csrr    t0, mcause
    addi    t0, t0, -9              # environment call from S-mode
    bnez    t0, unexpected_trap
    ld      t0, 16(sp)
    csrw    mtvec, t0
    ld      s0, 8(sp)
    ld      ra, 0(sp)
    addi    sp, sp, 32
    ret

.bss
.align 12
stacks:
    .space  STACK_SIZE * MAX_HARTS
