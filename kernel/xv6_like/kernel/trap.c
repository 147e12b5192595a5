// Traps, from user mode and from the kernel.
#include "defs.h"
#include "memlayout.h"
#include "proc.h"

struct spinlock tickslock = {0, "time", 0};
uint ticks;

enum { CAUSE_ECALL_U = 8, CAUSE_STORE_PAGE_FAULT = 15 };
enum { NOT_KNOWN, DEVICE, TIMER };

void trapinithart(void) { write_csr(stvec, kernelvec); }

static void clockintr(void) {
    acquire(&tickslock);
    ticks++;
    wakeup(&ticks);
    release(&tickslock);
}

static int devintr(uint64 scause) {
    if (timer_interrupt(scause)) {
        if (cpuid() == 0) {
            clockintr();
        }
        return TIMER;
    }
    if (scause != (SCAUSE_INTERRUPT | 9)) {
        return NOT_KNOWN;
    }
    int irq = plic_claim();
    if (irq == UART0_IRQ) {
        uartintr();
    } else if (irq == VIRTIO0_IRQ) {
        virtio_disk_intr();
    }
    if (irq) {
        plic_complete(irq);
    }
    return DEVICE;
}

// Jumped to by uservec, on this process's kernel stack, with interrupts off.
void usertrap(void) {
    write_csr(stvec, kernelvec);
    struct proc* p = myproc();
    uint64 scause = read_csr(scause);
    uint64 stval = read_csr(stval);
    int what = NOT_KNOWN;
    p->trapframe->epc = read_csr(sepc);
    if (scause == CAUSE_ECALL_U) {
        if (killed(p)) {
            exit(-1);
        }
        p->trapframe->epc += 4;
        intr_on();
        syscall();
    } else if (scause == CAUSE_STORE_PAGE_FAULT && cowfault(p->pagetable, stval) == 0) {
        // it can be written now
    } else if ((what = devintr(scause)) == NOT_KNOWN) {
        printf("usertrap(): unexpected scause 0x%x pid=%d\n", (uint)scause, p->pid);
        printf("            sepc=%p stval=%p\n", (void*)p->trapframe->epc, (void*)stval);
        setkilled(p);
    }
    if (killed(p)) {
        exit(-1);
    }
    if (what == TIMER) {
        yield();
    }
    usertrapret();
}

void usertrapret(void) {
    struct proc* p = myproc();
    intr_off();                                      // until sret: stvec is the user's already
    uint64 moved = TRAMPOLINE - (uint64)trampoline;  // the page is there as well
    write_csr(stvec, moved + (uint64)uservec);
    p->trapframe->kernel_satp = read_csr(satp);
    p->trapframe->kernel_sp = p->kstack + PGSIZE;
    p->trapframe->kernel_trap = (uint64)usertrap;
    p->trapframe->kernel_hartid = r_tp();
    write_csr(sstatus, (read_csr(sstatus) & ~SSTATUS_SPP) | SSTATUS_SPIE);
    write_csr(sepc, p->trapframe->epc);
    void (*to_user)(uint64) = (void (*)(uint64))(moved + (uint64)userret);
    to_user(MAKE_SATP(p->pagetable));
    __builtin_unreachable();
}

// Called by kernelvec. Another process may run in between, so what the trap was goes with this one.
void kerneltrap(void) {
    uint64 sepc = read_csr(sepc);
    uint64 sstatus = read_csr(sstatus);
    uint64 scause = read_csr(scause);
    if (!(sstatus & SSTATUS_SPP) || intr_get()) {
        panic("kerneltrap: not from supervisor mode");
    }
    int what = devintr(scause);
    if (what == NOT_KNOWN) {
        printf("scause=0x%x sepc=%p stval=%p\n", (uint)scause, (void*)sepc, (void*)read_csr(stval));
        panic("kerneltrap");
    }
    if (what == TIMER && myproc() && myproc()->state == RUNNING) {
        yield();
    }
    write_csr(sepc, sepc);
    write_csr(sstatus, sstatus);
}
