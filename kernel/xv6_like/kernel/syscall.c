// System calls: the number in a7, arguments in a0 and on, the result in a0.
#include "syscall.h"

#include "defs.h"
#include "proc.h"

static uint64 argument(int n) { return (&myproc()->trapframe->a0)[n]; }
int argint(int n) { return argument(n); }
uint64 argaddr(int n) { return argument(n); }
int argstr(int n, char* buf, int max) {
    return copyinstr(myproc()->pagetable, buf, argument(n), max);
}

#define CALLS(C)                                                                                \
    C(fork)                                                                                     \
    C(exit)                                                                                     \
    C(wait) C(pipe) C(read) C(kill) C(exec) C(fstat) C(chdir) C(dup) C(getpid) C(sbrk) C(sleep) \
        C(uptime) C(open) C(write) C(mknod) C(unlink) C(link) C(mkdir) C(close)
#define DECLARE(name) uint64 sys_##name(void);
#define ENTRY(name) [SYS_##name] = sys_##name,
CALLS(DECLARE)
static uint64 (*syscalls[])(void) = {CALLS(ENTRY)};

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
