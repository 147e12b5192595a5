// The timer by Sstc: S-mode has a compare register of its own. By number, since an assembler need
// not know it: stimecmp is 0x14d, menvcfg 0x30a.
#include "defs.h"
#include "param.h"
#include "riscv.h"

void timerinit(void) {
    write_csr(mie, read_csr(mie) | IE_TIMER_S);
    write_csr(0x30a, read_csr(0x30a) | (1L << 63));  // STCE
    write_csr(mcounteren, read_csr(mcounteren) | 2);
    write_csr(0x14d, read_csr(time) + TICK);
}

int timer_interrupt(uint64 scause) {
    if (scause != (SCAUSE_INTERRUPT | 5)) {
        return 0;
    }
    write_csr(0x14d, read_csr(time) + TICK);
    return 1;
}
