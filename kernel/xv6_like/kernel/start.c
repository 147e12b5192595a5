// M-mode: hands the machine to S-mode, and never comes back but for a timer (timer_clint.c).
#include "defs.h"
#include "param.h"
#include "riscv.h"

__attribute__((aligned(16))) char stack0[4096 * NCPU];

void start(void) {
    write_csr(mstatus, (read_csr(mstatus) & ~MSTATUS_MPP) | MSTATUS_MPP_S);
    write_csr(mepc, main);
    write_csr(satp, 0);
    write_csr(medeleg, 0xffff);
    write_csr(mideleg, 0xffff);
    write_csr(sie, read_csr(sie) | IE_EXTERNAL_S | IE_TIMER_S | IE_SOFTWARE_S);
    write_csr(pmpaddr0, 0x3fffffffffffff);  // S-mode may reach everything
    write_csr(pmpcfg0, 0xf);
    timerinit();
    asm volatile("mv tp, %0\n mret" ::"r"(read_csr(mhartid)));
}
