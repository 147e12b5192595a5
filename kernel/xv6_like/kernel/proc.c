// The table of processes.
#include "proc.h"

#include "defs.h"
#include "memlayout.h"

struct cpu cpus[NCPU];
struct proc proc[NPROC];
struct proc* initproc;
struct spinlock wait_lock;
static struct spinlock pid_lock;
static int nextpid = 1;

int cpuid(void) { return r_tp(); }  // with interrupts off, or it may change
struct cpu* mycpu(void) { return &cpus[cpuid()]; }

struct proc* myproc(void) {
    push_off();
    struct proc* p = mycpu()->proc;
    pop_off();
    return p;
}

void procinit(void) {
    initlock(&pid_lock, "nextpid");
    initlock(&wait_lock, "wait_lock");
    for (int i = 0; i < NPROC; i++) {
        initlock(&proc[i].lock, "proc");
        proc[i].kstack = KSTACK(i);
    }
}

void proc_mapstacks(pagetable_t kpgtbl) {
    for (int i = 0; i < NPROC; i++) {
        kvmmap(kpgtbl, KSTACK(i), (uint64)kalloc(), PGSIZE, PTE_R | PTE_W);
    }
}

static int allocpid(void) {
    acquire(&pid_lock);
    int pid = nextpid++;
    release(&pid_lock);
    return pid;
}

static void forkret(void) {
    static int first = 1;
    struct proc* p = myproc();
    release(&p->lock);  // scheduler() took it
    if (first) {        // a file system can be read by a process only
        first = 0;
        fsinit(ROOTDEV);
        p->cwd = namei("/");
        char* argv[] = {"/init", 0};
        if ((p->trapframe->a0 = exec(argv[0], argv)) != 1) {
            panic("exec /init");
        }
    }
    usertrapret();
}

// A process that will begin in forkret(), with its lock held; 0 when there is no room.
struct proc* allocproc(void) {
    struct proc* p = proc;
    for (;; p++) {
        if (p == &proc[NPROC]) {
            return 0;
        }
        acquire(&p->lock);
        if (p->state == UNUSED) {
            break;
        }
        release(&p->lock);
    }
    p->pid = allocpid();
    p->state = USED;
    p->trapframe = kalloc();
    p->pagetable = p->trapframe ? proc_pagetable(p) : 0;
    if (!p->pagetable) {
        freeproc(p);
        release(&p->lock);
        return 0;
    }
    memset(&p->context, 0, sizeof(p->context));
    p->context.ra = (uint64)forkret;
    p->context.sp = p->kstack + PGSIZE;
    return p;
}

// What is at the top of every process, and nothing else.
pagetable_t proc_pagetable(struct proc* p) {
    pagetable_t pagetable = uvmcreate();
    if (!pagetable) {
        return 0;
    }
    if (mappages(pagetable, TRAMPOLINE, PGSIZE, (uint64)trampoline, PTE_R | PTE_X) < 0) {
        uvmfree(pagetable, 0);
        return 0;
    }
    if (mappages(pagetable, TRAPFRAME, PGSIZE, (uint64)p->trapframe, PTE_R | PTE_W) < 0) {
        uvmunmap(pagetable, TRAMPOLINE, 1, 0);
        uvmfree(pagetable, 0);
        return 0;
    }
    return pagetable;
}

void userinit(void) {
    initproc = allocproc();
    safestrcpy(initproc->name, "init", sizeof(initproc->name));
    initproc->state = RUNNABLE;
    release(&initproc->lock);
}

int growproc(int n) {
    struct proc* p = myproc();
    uint64 sz = p->sz + n;
    if (n > 0) {
        if (sz > TRAPFRAME || !(sz = uvmalloc(p->pagetable, p->sz, sz, PTE_W))) {
            return -1;
        }
    } else if (sz > p->sz) {  // below zero
        return -1;
    } else {
        uvmdealloc(p->pagetable, p->sz, sz);
    }
    p->sz = sz;
    return 0;
}

// To or from this process's memory, or the kernel's.
int either_copyout(int user_dst, uint64 dst, void* src, uint64 len) {
    if (user_dst) {
        return copyout(myproc()->pagetable, dst, src, len);
    }
    memmove((char*)dst, src, len);
    return 0;
}

int either_copyin(void* dst, int user_src, uint64 src, uint64 len) {
    if (user_src) {
        return copyin(myproc()->pagetable, dst, src, len);
    }
    memmove(dst, (char*)src, len);
    return 0;
}
