// Address spaces of processes: from 0 to sz, and the two pages at the top.
#include "defs.h"

pagetable_t uvmcreate(void) {
    pagetable_t pagetable = kalloc();
    if (pagetable) {
        memset(pagetable, 0, PGSIZE);
    }
    return pagetable;
}

void uvmunmap(pagetable_t pagetable, uint64 va, uint64 npages, int do_free) {
    for (uint64 a = va; a < va + npages * PGSIZE; a += PGSIZE) {
        pte_t* pte = walk(pagetable, a, 0);
        if (!pte || !(*pte & PTE_V)) {
            panic("uvmunmap: not mapped");
        }
        uint64 pa = PTE2PA(*pte);
        *pte = 0;
        if (do_free) {
            kfree((void*)pa);
        }
    }
}

// Grows to newsz, or not at all: 0 then.
uint64 uvmalloc(pagetable_t pagetable, uint64 oldsz, uint64 newsz, int perm) {
    for (uint64 a = PGROUNDUP(oldsz); a < newsz; a += PGSIZE) {
        char* mem = kalloc();
        if (mem) {
            memset(mem, 0, PGSIZE);
        }
        if (!mem || mappages(pagetable, a, PGSIZE, (uint64)mem, PTE_R | PTE_U | perm) < 0) {
            if (mem) {
                kfree(mem);
            }
            uvmdealloc(pagetable, a, oldsz);
            return 0;
        }
    }
    return newsz < oldsz ? oldsz : newsz;
}

uint64 uvmdealloc(pagetable_t pagetable, uint64 oldsz, uint64 newsz) {
    if (newsz >= oldsz) {
        return oldsz;
    }
    uint64 from = PGROUNDUP(newsz);
    uvmunmap(pagetable, from, (PGROUNDUP(oldsz) - from) / PGSIZE, 1);
    return newsz;
}

// The tables themselves; no leaf may be left.
static void freewalk(pagetable_t pagetable) {
    for (int i = 0; i < 512; i++) {
        pte_t pte = pagetable[i];
        if (pte & (PTE_R | PTE_W | PTE_X)) {
            panic("freewalk: leaf");
        }
        if (pte & PTE_V) {
            freewalk((pagetable_t)PTE2PA(pte));
        }
    }
    kfree(pagetable);
}

void uvmfree(pagetable_t pagetable, uint64 sz) {
    uvmunmap(pagetable, 0, PGROUNDUP(sz) / PGSIZE, 1);
    freewalk(pagetable);
}

// No page of the user's any more: the guard beneath his stack.
void uvmclear(pagetable_t pagetable, uint64 va) { *walk(pagetable, va, 0) &= ~PTE_U; }
