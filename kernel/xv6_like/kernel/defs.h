// What each file offers to the others.
#pragma once
#include "riscv.h"
#include "types.h"
struct buf;
struct context;
struct cpu;
struct file;
struct inode;
struct pipe;
struct proc;
struct sleeplock;
struct spinlock;
struct stat;

// start.c, main.c, timer_*.c, timervec.S, swtch.S, trampoline.S, kernelvec.S
void main(void);
void timerinit(void);
int timer_interrupt(uint64 scause);  // 1 if it was one; the next is set up
void timervec(void);
void swtch(struct context*, struct context*);
extern char trampoline[], uservec[], userret[], etext[], end[];
void kernelvec(void);

// spinlock.c, sleeplock.c
void initlock(struct spinlock*, char* name);
void acquire(struct spinlock*);
void release(struct spinlock*);
int holding(struct spinlock*);
void push_off(void);
void pop_off(void);
void initsleeplock(struct sleeplock*, char* name);
void acquiresleep(struct sleeplock*);
void releasesleep(struct sleeplock*);

// string.c
void* memset(void*, int, uint64);
void* memmove(void*, const void*, uint64);
int strncmp(const char*, const char*, uint64);
char* strncpy(char*, const char*, int);
char* safestrcpy(char*, const char*, int);
int strlen(const char*);

// printf.c, uart.c, console.c, plic.c, virtio_*.c
void printfinit(void);
void printf(const char*, ...) __attribute__((format(printf, 1, 2)));
void panic(const char*) __attribute__((noreturn));
extern volatile int panicked;
void uartinit(void);
void uartputc(int);
void uartputc_sync(int);
void uartintr(void);
void consoleinit(void);
void consoleintr(int);
void consputc(int);
void plicinit(void);
void plicinithart(void);
int plic_claim(void);
void plic_complete(int irq);
void virtio_disk_init(void);
void virtio_disk_rw(struct buf*, int write);
void virtio_disk_intr(void);
void virtio_queue_at(char* pages, uint size);

// kalloc.c, refs.c, ref_drop.c
void kinit(void);
void* kalloc(void);  // a frame with one reference, or 0
void kfree(void*);   // gives a reference back
void ref_init(void);
void ref_first(void* pa);
void ref_take(void* pa);
int ref_add(void* pa, int by);  // how many there are then; 0 asks only
int ref_drop(void* pa);         // how many are left

// vm.c, uvm.c, cow.c, copyout.c, copyin.c
void kvminit(void);
void kvminithart(void);
void kvmmap(pagetable_t, uint64 va, uint64 pa, uint64 size, int perm);
pte_t* walk(pagetable_t, uint64 va, int alloc);
uint64 walkaddr(pagetable_t, uint64 va);
int mappages(pagetable_t, uint64 va, uint64 size, uint64 pa, int perm);
pagetable_t uvmcreate(void);
uint64 uvmalloc(pagetable_t, uint64 oldsz, uint64 newsz, int perm);
uint64 uvmdealloc(pagetable_t, uint64 oldsz, uint64 newsz);
void uvmunmap(pagetable_t, uint64 va, uint64 npages, int do_free);
void uvmfree(pagetable_t, uint64 sz);
void uvmclear(pagetable_t, uint64 va);
int uvmcopy(pagetable_t from, pagetable_t to, uint64 sz);
int cowfault(pagetable_t, uint64 va);  // makes a page writable that is shared; -1 if it is not
int copyout(pagetable_t, uint64 dstva, const void* src, uint64 len);
int copyin(pagetable_t, void* dst, uint64 srcva, uint64 len);
int copyinstr(pagetable_t, char* dst, uint64 srcva, uint64 max);

// proc.c, freeproc.c, sched.c, idle_*.c, fork.c, fork_undo.c, exit.c, reap.c, exec.c, exec_undo.c
int cpuid(void);
struct cpu* mycpu(void);
struct proc* myproc(void);
void procinit(void);
void proc_mapstacks(pagetable_t);
struct proc* allocproc(void);
pagetable_t proc_pagetable(struct proc*);
void proc_freepagetable(pagetable_t, uint64 sz);
void freeproc(struct proc*);
void userinit(void);
int growproc(int n);
int either_copyout(int user_dst, uint64 dst, void* src, uint64 len);
int either_copyin(void* dst, int user_src, uint64 src, uint64 len);
void scheduler(void) __attribute__((noreturn));
void idle(void);
void sched(void);
void yield(void);
void sleep(void* chan, struct spinlock*);
void wakeup(void* chan);
int fork(void);
void exit(int status) __attribute__((noreturn));
int wait(uint64 addr);
// Ends a zombie whose lock is held; -1 when its status cannot be told.
int reap(struct proc*, struct proc* child, uint64 addr);
int kill(int pid);
void setkilled(struct proc*);
int killed(struct proc*);
int exec(char* path, char** argv);
void exec_undo(pagetable_t, uint64 sz);
void fork_undo(struct proc*);

// trap.c, syscall.c
void trapinithart(void);
void usertrapret(void) __attribute__((noreturn));
extern struct spinlock tickslock;
extern uint ticks;
void syscall(void);
int argint(int n);
uint64 argaddr(int n);
int argstr(int n, char* buf, int max);

// bio.c, block.c, inode.c, inode_io.c, dir.c, file.c, pipe.c
void binit(void);
struct buf* bread(uint dev, uint blockno);
void bwrite(struct buf*);
void brelse(struct buf*);
void fsinit(int dev);
uint balloc(uint dev);  // a block of zeros, or 0
void bfree(uint dev, uint b);
void iinit(void);
struct inode* ialloc(uint dev, short type);
struct inode* iget(uint dev, uint inum);
struct inode* idup(struct inode*);
void ilock(struct inode*);
void iunlock(struct inode*);
void iput(struct inode*);
void iunlockput(struct inode*);
void iupdate(struct inode*);
void itrunc(struct inode*);
int readi(struct inode*, int user_dst, uint64 dst, uint off, uint n);
int writei(struct inode*, int user_src, uint64 src, uint off, uint n);
void stati(struct inode*, struct stat*);
struct inode* dirlookup(struct inode*, const char* name, uint* poff);
int dirlink(struct inode*, const char* name, uint inum);
struct inode* namei(char* path);
struct inode* nameiparent(char* path, char* name);
void fileinit(void);
struct file* filealloc(void);
struct file* filedup(struct file*);
void fileclose(struct file*);
int filestat(struct file*, uint64 addr);
int fileread(struct file*, uint64 addr, int n);
int filewrite(struct file*, uint64 addr, int n);
int pipealloc(struct file**, struct file**);
void pipeclose(struct pipe*, int writable);
int piperead(struct pipe*, uint64 addr, int n);
int pipewrite(struct pipe*, uint64 addr, int n);
