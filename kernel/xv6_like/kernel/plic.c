// The PLIC: any hart may take an interrupt of the UART or the disk.
#include "defs.h"
#include "memlayout.h"

#define REG(at) (*(volatile uint*)(PLIC + (at)))

void plicinit(void) {
    REG(UART0_IRQ * 4) = 1;
    REG(VIRTIO0_IRQ * 4) = 1;
}

void plicinithart(void) {
    REG(0x2080 + cpuid() * 0x100) = (1 << UART0_IRQ) | (1 << VIRTIO0_IRQ);
    REG(0x201000 + cpuid() * 0x2000) = 0;  // every priority passes
}

int plic_claim(void) { return REG(0x201004 + cpuid() * 0x2000); }
void plic_complete(int irq) { REG(0x201004 + cpuid() * 0x2000) = irq; }
