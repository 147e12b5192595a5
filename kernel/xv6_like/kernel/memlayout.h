// The board: where QEMU's `virt` has its devices and RAM, and what lies where in virtual memory.
#pragma once
#define UART0 0x10000000L
#define UART0_IRQ 10
#define VIRTIO0 0x10001000L
#define VIRTIO0_IRQ 1
#define CLINT 0x2000000L
#define PLIC 0x0c000000L
#define KERNBASE 0x80000000L
#define PHYSTOP (KERNBASE + 128 * 1024 * 1024)

// From the top: the trampoline in every address space, then, in a process, its trapframe, and in
// the kernel a stack a process, each with an unmapped page beneath it.
#define TRAMPOLINE (MAXVA - PGSIZE)
#define TRAPFRAME (TRAMPOLINE - PGSIZE)
#define KSTACK(p) (TRAMPOLINE - ((p) + 1) * 2 * PGSIZE)
