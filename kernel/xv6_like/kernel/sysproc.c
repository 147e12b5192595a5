// System calls about processes.
#include "defs.h"
#include "proc.h"

uint64 sys_fork(void) { return fork(); }
uint64 sys_exit(void) { exit(argint(0)); }
uint64 sys_wait(void) { return wait(argaddr(0)); }
uint64 sys_kill(void) { return kill(argint(0)); }
uint64 sys_getpid(void) { return myproc()->pid; }

uint64 sys_sbrk(void) {
    uint64 before = myproc()->sz;
    return growproc(argint(0)) < 0 ? -1UL : before;
}

uint64 sys_sleep(void) {
    int n = argint(0);
    acquire(&tickslock);
    uint since = ticks;
    while (n > 0 && ticks - since < (uint)n) {
        if (killed(myproc())) {
            release(&tickslock);
            return -1;
        }
        sleep(&ticks, &tickslock);
    }
    release(&tickslock);
    return 0;
}

uint64 sys_uptime(void) {
    acquire(&tickslock);
    uint now = ticks;
    release(&tickslock);
    return now;
}
