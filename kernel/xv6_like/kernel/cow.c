// Copy-on-write: fork shares frames, the first write to a shared one copies it.
#include "defs.h"

int uvmcopy(pagetable_t from, pagetable_t to, uint64 sz) {
    for (uint64 va = 0; va < sz; va += PGSIZE) {
        pte_t* pte = walk(from, va, 0);
        uint64 pa = PTE2PA(*pte);
        if (*pte & PTE_W) {
            *pte = (*pte & ~PTE_W) | PTE_COW;
        }
        if (mappages(to, va, PGSIZE, pa, PTE_FLAGS(*pte)) < 0) {
            uvmunmap(to, 0, va / PGSIZE, 1);
            return -1;
        }
        ref_take((void*)pa);
    }
    return 0;
}

int cowfault(pagetable_t pagetable, uint64 va) {
    pte_t* pte = va < MAXVA ? walk(pagetable, va, 0) : 0;
    if (!pte || (*pte & (PTE_V | PTE_U | PTE_COW)) != (PTE_V | PTE_U | PTE_COW)) {
        return -1;
    }
    void* old = (void*)PTE2PA(*pte);
    uint64 flags = (PTE_FLAGS(*pte) & ~PTE_COW) | PTE_W;
    if (ref_add(old, 0) == 1) {  // nobody else can come to have it: it is taken over
        *pte = PA2PTE(old) | flags;
        return 0;
    }
    void* mem = kalloc();
    if (!mem) {
        return -1;
    }
    memmove(mem, old, PGSIZE);
    *pte = PA2PTE(mem) | flags;
    kfree(old);
    return 0;
}
