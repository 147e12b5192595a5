// System calls: the number in a7, arguments in a0 and on, the result in a0.
#include "defs.h"
#include "proc.h"

static uint64 argument(int n) { return (&myproc()->trapframe->a0)[n]; }
int argint(int n) { return argument(n); }
uint64 argaddr(int n) { return argument(n); }
int argstr(int n, char* buf, int max) {
    return copyinstr(myproc()->pagetable, buf, argument(n), max);
}

#define SYSTEM_CALL(name, number) uint64 sys_##name(void);
#include "syscalls.inc"
#undef SYSTEM_CALL
#define SYSTEM_CALL(name, number) [number] = sys_##name,
static uint64 (*syscalls[])(void) = {
#include "syscalls.inc"
};

void syscall(void) {
    struct proc* p = myproc();
    uint64 num = p->trapframe->a7;
    if (num > 0 && num < sizeof(syscalls) / sizeof(syscalls[0])) {
        p->trapframe->a0 = syscalls[num]();
    } else {
        printf("%d %s: unknown sys call %d\n", p->pid, p->name, (int)num);
        p->trapframe->a0 = -1;
    }
}
