// The timer by the CLINT: mtimecmp interrupts M-mode, where timervec raises a software interrupt of
// S-mode.
#include "defs.h"
#include "memlayout.h"
#include "param.h"
#include "riscv.h"

// What timervec finds at mscratch: room for three registers, mtimecmp's address, the interval.
uint64 timer_scratch[NCPU][5];

void timerinit(void) {
    uint64 hart = read_csr(mhartid);
    volatile uint64* mtimecmp = (volatile uint64*)(CLINT + 0x4000 + 8 * hart);
    *mtimecmp = *(volatile uint64*)(CLINT + 0xbff8) + TICK;
    timer_scratch[hart][3] = (uint64)mtimecmp;
    timer_scratch[hart][4] = TICK;
    write_csr(mscratch, timer_scratch[hart]);
    write_csr(mtvec, timervec);
    write_csr(mie, read_csr(mie) | IE_TIMER_M);  // not before mret: MIE stays off in M-mode
}

int timer_interrupt(uint64 scause) {
    if (scause != (SCAUSE_INTERRUPT | 1)) {
        return 0;
    }
    write_csr(sip, read_csr(sip) & ~IE_SOFTWARE_S);
    return 1;
}
