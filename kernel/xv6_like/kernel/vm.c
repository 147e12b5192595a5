// Page tables, and the kernel's own.
#include "memlayout.h"

#include "defs.h"

pagetable_t kernel_pagetable;

// The entry of level 0 for va, or 0: there is none and none is wanted, or no frame is left for it.
pte_t* walk(pagetable_t pagetable, uint64 va, int alloc) {
    if (va >= MAXVA) {
        panic("walk");
    }
    for (int level = 2; level > 0; level--) {
        pte_t* pte = &pagetable[(va >> (12 + 9 * level)) & 511];
        if (!(*pte & PTE_V)) {
            void* table = alloc ? kalloc() : 0;
            if (!table) {
                return 0;
            }
            memset(table, 0, PGSIZE);
            *pte = PA2PTE(table) | PTE_V;
        }
        pagetable = (pagetable_t)PTE2PA(*pte);
    }
    return &pagetable[(va >> 12) & 511];
}

// Where a user's page is, or 0.
uint64 walkaddr(pagetable_t pagetable, uint64 va) {
    pte_t* pte = va < MAXVA ? walk(pagetable, va, 0) : 0;
    return pte && (*pte & PTE_V) && (*pte & PTE_U) ? PTE2PA(*pte) : 0;
}

// -1 when no frame is left for a table; va and size are whole pages.
int mappages(pagetable_t pagetable, uint64 va, uint64 size, uint64 pa, int perm) {
    for (uint64 done = 0; done < size; done += PGSIZE) {
        pte_t* pte = walk(pagetable, va + done, 1);
        if (!pte) {
            return -1;
        }
        if (*pte & PTE_V) {
            panic("mappages: remap");
        }
        *pte = PA2PTE(pa + done) | perm | PTE_V;
    }
    return 0;
}

void kvmmap(pagetable_t kpgtbl, uint64 va, uint64 pa, uint64 size, int perm) {
    if (mappages(kpgtbl, va, size, pa, perm) < 0) {
        panic("kvmmap");
    }
}

void kvminit(void) {
    pagetable_t t = kernel_pagetable = uvmcreate();
    kvmmap(t, UART0, UART0, PGSIZE, PTE_R | PTE_W);
    kvmmap(t, VIRTIO0, VIRTIO0, PGSIZE, PTE_R | PTE_W);
    kvmmap(t, PLIC, PLIC, 0x400000, PTE_R | PTE_W);
    kvmmap(t, KERNBASE, KERNBASE, (uint64)etext - KERNBASE, PTE_R | PTE_X);
    kvmmap(t, (uint64)etext, (uint64)etext, PHYSTOP - (uint64)etext, PTE_R | PTE_W);
    kvmmap(t, TRAMPOLINE, (uint64)trampoline, PGSIZE, PTE_R | PTE_X);
    proc_mapstacks(t);
}

void kvminithart(void) {
    sfence_vma();
    write_csr(satp, MAKE_SATP(kernel_pagetable));
    sfence_vma();
}
