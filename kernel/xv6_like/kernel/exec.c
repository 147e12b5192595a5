#include "defs.h"
#include "elf.h"
#include "file.h"
#include "proc.h"

static int loadseg(pagetable_t pagetable, struct inode* ip, struct proghdr* ph) {
    for (uint64 i = 0; i < ph->filesz; i += PGSIZE) {
        uint n = ph->filesz - i < PGSIZE ? ph->filesz - i : PGSIZE;
        if (readi(ip, 0, walkaddr(pagetable, ph->vaddr + i), ph->off + i, n) != (int)n) {
            return -1;
        }
    }
    return 0;
}

// All that the file has for memory; *sz is what there is so far.
static int load(pagetable_t pagetable, struct inode* ip, struct elfhdr* elf, uint64* sz) {
    for (int i = 0; i < elf->phnum; i++) {
        struct proghdr ph;
        if (readi(ip, 0, (uint64)&ph, elf->phoff + i * sizeof(ph), sizeof(ph)) != sizeof(ph)) {
            return -1;
        }
        if (ph.type != ELF_PROG_LOAD) {
            continue;
        }
        uint64 top = ph.vaddr + ph.memsz;
        if (ph.memsz < ph.filesz || top < ph.vaddr || top >= MAXVA / 2 || ph.vaddr % PGSIZE) {
            return -1;
        }
        int perm = (ph.flags & ELF_PROG_FLAG_EXEC ? PTE_X : 0) |
                   (ph.flags & ELF_PROG_FLAG_WRITE ? PTE_W : 0);
        uint64 grown = uvmalloc(pagetable, *sz, top, perm);
        if (!grown) {
            return -1;
        }
        *sz = grown;
        if (loadseg(pagetable, ip, &ph) < 0) {
            return -1;
        }
    }
    return 0;
}

static int load_file(char* path, struct proc* p, pagetable_t* pagetable, uint64* sz,
                     uint64* entry) {
    struct elfhdr elf;
    struct inode* ip = namei(path);
    if (!ip) {
        return -1;
    }
    ilock(ip);
    int ok = readi(ip, 0, (uint64)&elf, 0, sizeof(elf)) == sizeof(elf) && elf.magic == ELF_MAGIC &&
             (*pagetable = proc_pagetable(p)) != 0;
    ok = ok && load(*pagetable, ip, &elf, sz) == 0;
    iunlockput(ip);
    *entry = elf.entry;
    return ok ? 0 : -1;
}

// A guard page, the stack, and on it the arguments' strings and argv, which sp is left at. Gives
// argc, or -1.
static int push_arguments(pagetable_t pagetable, char** argv, uint64* sz, uint64* sp) {
    uint64 ustack[MAXARG + 1];
    uint64 bottom = PGROUNDUP(*sz) + PGSIZE;
    if (!uvmalloc(pagetable, PGROUNDUP(*sz), bottom + PGSIZE, PTE_W)) {
        return -1;
    }
    *sz = *sp = bottom + PGSIZE;
    uvmclear(pagetable, bottom - PGSIZE);
    int argc = 0;
    for (; argv[argc]; argc++) {
        uint64 n = strlen(argv[argc]) + 1;
        *sp = (*sp - n) & ~15L;
        if (argc == MAXARG || *sp < bottom || copyout(pagetable, *sp, argv[argc], n) < 0) {
            return -1;
        }
        ustack[argc] = *sp;
    }
    ustack[argc] = 0;
    uint64 n = (argc + 1) * sizeof(uint64);
    *sp = (*sp - n) & ~15L;
    return *sp < bottom || copyout(pagetable, *sp, ustack, n) < 0 ? -1 : argc;
}

int exec(char* path, char** argv) {
    struct proc* p = myproc();
    pagetable_t pagetable = 0;
    uint64 sz = 0, sp, entry;
    int argc = load_file(path, p, &pagetable, &sz, &entry);
    if (argc == 0) {
        argc = push_arguments(pagetable, argv, &sz, &sp);
    }
    if (argc < 0) {
        if (pagetable) {
            exec_undo(pagetable, sz);
        }
        return -1;
    }
    char* name = path;
    for (char* s = path; *s; s++) {
        name = *s == '/' ? s + 1 : name;
    }
    safestrcpy(p->name, name, sizeof(p->name));

    pagetable_t old = p->pagetable;
    uint64 old_sz = p->sz;
    p->pagetable = pagetable;
    p->sz = sz;
    p->trapframe->a1 = sp;
    p->trapframe->sp = sp;
    p->trapframe->epc = entry;
    proc_freepagetable(old, old_sz);
    return argc;
}
