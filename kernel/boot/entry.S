// Where every hart begins: M-mode, physical addresses, a0 = hart, a1 = device tree (QEMU's -bios
// none, and this project's emulator). Hart 0 boots; the others sleep in M-mode until it sends them
// a software interrupt. The code runs where it is loaded while it is linked in the high half:
// everything here is relative to pc until `go_high`.
#include "kernel/arch/riscv/layout.h"

.set max_harts, 64
.set mstatus_mpp_supervisor, 1 << 11
.set mie_software, 1 << 3
.set pte_table_leaf_gigabyte, 0xcf                 // D A X W R V

.section .text.entry, "ax"
.globl _start
.type _start, @function
_start:
    li t0, max_harts
    bgeu a0, t0, park
    mv s0, a0
    mv s1, a1

    // Supervisor mode gets all traps but the software interrupts of other harts, all memory, the
    // time and its own timer.
    li t0, 0xb3ff
    csrw medeleg, t0
    li t0, 0x222
    csrw mideleg, t0
    li t0, -1
    srli t0, t0, 10
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0
    li t0, 7
    csrw mcounteren, t0
    csrw scounteren, t0
    li t0, 1
    slli t0, t0, 63
    csrs 0x30a, t0                                 // menvcfg.STCE
    li t0, -1
    csrw 0x14d, t0                                 // stimecmp: never

    la t0, machine_scratch
    slli t1, s0, 6
    add t0, t0, t1
    li t1, clint_base
    slli t2, s0, 2
    add t1, t1, t2
    sd t1, 0(t0)                                   // this hart's msip
    csrw mscratch, t0
    la t0, machine_vector
    csrw mtvec, t0
    li t0, mie_software
    csrw mie, t0

    beqz s0, enter_supervisor
1:  wfi                                            // wakes for mie's interrupts, also with mstatus.MIE off
    la t0, harts_released
    amoadd.w.aq t1, x0, (t0)
    beqz t1, 1b

enter_supervisor:
    li t0, 3 << 11
    csrc mstatus, t0
    li t0, mstatus_mpp_supervisor
    csrs mstatus, t0
    csrw satp, x0
    la t0, supervisor_entry
    csrw mepc, t0
    mret
park:
    wfi
    j park

supervisor_entry:
    la t0, early_root
    srli t0, t0, 12
    li t1, 8 << 60
    or t0, t0, t1
    sfence.vma x0, x0
    csrw satp, t0
    sfence.vma x0, x0
    li t2, direct_map_base
    la t0, go_high
    add t0, t0, t2
    jr t0
go_high:
    la sp, boot_stacks                             // pc is high now, so these are
    addi t0, s0, 1
    li t1, boot_stack_size
    mul t0, t0, t1
    add sp, sp, t0
    mv tp, s0
    mv a0, s1
    mv t0, s0
    li s0, 0                                       // the chain of frames ends here
    li ra, 0
    bnez t0, 2f
    tail boot_main
2:  tail boot_other
.size _start, . - _start

// M-mode's only trap: another hart's software interrupt. Passed on to supervisor mode as its own.
// Anything else cannot be gone on from: the machine ends with a failing status.
.balign 4
.type machine_vector, @function
machine_vector:
    csrrw t0, mscratch, t0
    sd t1, 8(t0)
    sd t2, 16(t0)
    csrr t1, mcause
    li t2, 1
    slli t2, t2, 63
    addi t2, t2, 3
    bne t1, t2, machine_trap
    ld t1, 0(t0)
    sw x0, 0(t1)
    csrsi mip, 2                                   // SSIP
    ld t1, 8(t0)
    ld t2, 16(t0)
    csrrw t0, mscratch, t0
    mret
machine_trap:
    li t0, finisher_base
    li t1, 0x13333
    sw t1, 0(t0)
1:  wfi
    j 1b
.size machine_vector, . - machine_vector

.section .data
.balign 64
// Per hart, a line each: msip's address, two saved registers. Its own hart in M-mode only.
machine_scratch:
    .zero 64 * max_harts

.globl harts_released
.balign 4
harts_released:
    .word 0

// The first page table: four gigabytes where they are and in the high half, until the kernel's own
// is made.
.balign 4096
early_root:
    .dword 0
    .dword 0
    .dword (ram_base >> 2) | pte_table_leaf_gigabyte
    .dword ((ram_base + 0x40000000) >> 2) | pte_table_leaf_gigabyte
    .zero 8 * 252
    .dword pte_table_leaf_gigabyte
    .dword (0x40000000 >> 2) | pte_table_leaf_gigabyte
    .dword (ram_base >> 2) | pte_table_leaf_gigabyte
    .dword ((ram_base + 0x40000000) >> 2) | pte_table_leaf_gigabyte
    .zero 8 * 252

.section .bss
.balign 4096
.globl boot_stacks
boot_stacks:
    .zero boot_stack_size * max_harts
