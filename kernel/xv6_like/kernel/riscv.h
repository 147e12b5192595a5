// CSRs, page-table entries and a few instructions.
#pragma once
#include "types.h"

#define read_csr(name)                                  \
    ({                                                  \
        uint64 value_;                                  \
        asm volatile("csrr %0, " #name : "=r"(value_)); \
        value_;                                         \
    })
#define write_csr(name, value) asm volatile("csrw " #name ", %0" ::"r"((uint64)(value)) : "memory")

#define MSTATUS_MPP (3L << 11)
#define MSTATUS_MPP_S (1L << 11)
#define SSTATUS_SPP (1L << 8)
#define SSTATUS_SPIE (1L << 5)
#define SSTATUS_SIE (1L << 1)
#define IE_SOFTWARE_S (1L << 1)
#define IE_TIMER_S (1L << 5)
#define IE_TIMER_M (1L << 7)
#define IE_EXTERNAL_S (1L << 9)
#define SCAUSE_INTERRUPT (1UL << 63)

#define MAKE_SATP(pagetable) ((8L << 60) | ((uint64)(pagetable) >> 12))

static inline void intr_on(void) { asm volatile("csrsi sstatus, 2" ::: "memory"); }
static inline void intr_off(void) { asm volatile("csrci sstatus, 2" ::: "memory"); }
static inline int intr_get(void) { return (read_csr(sstatus) & SSTATUS_SIE) != 0; }
static inline void sfence_vma(void) { asm volatile("sfence.vma" ::: "memory"); }
static inline uint64 r_tp(void) {
    uint64 value;
    asm volatile("mv %0, tp" : "=r"(value));
    return value;
}

typedef uint64 pte_t;
typedef uint64* pagetable_t;  // 512 entries

#define PGSIZE 4096L
#define PGROUNDUP(n) (((n) + PGSIZE - 1) & ~(PGSIZE - 1))
#define PGROUNDDOWN(a) ((a) & ~(PGSIZE - 1))
#define MAXVA (1L << 38)  // half of Sv39: no address needs sign extension

#define PTE_V (1L << 0)
#define PTE_R (1L << 1)
#define PTE_W (1L << 2)
#define PTE_X (1L << 3)
#define PTE_U (1L << 4)
#define PTE_COW (1L << 8)  // for software: read-only because shared; the first write copies
#define PTE_FLAGS(pte) ((pte) & 0x3ff)
#define PA2PTE(pa) (((uint64)(pa) >> 12) << 10)
#define PTE2PA(pte) (((pte) >> 10) << 12)
