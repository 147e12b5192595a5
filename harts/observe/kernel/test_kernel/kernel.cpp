// The data of small kernels that count references to frames in several ways, one each VARIANT: what
// matters is their DWARF. Not run.
#include "harts/observe/kernel/test_kernel/layout.h"

using namespace test_kernel;

extern "C" {
test_kernel::proc proc[slots];
cpu cpus[harts];
pagetable_t kernel_pagetable;
waiter* waiters;
waiter first_waiter;
void* pipe;               // of the kernel's own
int ages[frames_of_ram];  // of frames, and no counts

#if VARIANT == 5
struct {
    spinlock lock;
    run* freelist;
} kmem[harts];
#define KMEM kmem[0]
#else
struct {
    spinlock lock;
    run* freelist;
} kmem;
#define KMEM kmem
#endif

#if VARIANT == 0
long counts;
#elif VARIANT == 1
int refs[physical_end / 4096];
#elif VARIANT == 2
struct {
    spinlock lock;
    unsigned char counts[frames_of_ram];
} table;
#elif VARIANT == 3
static unsigned short* counts;
#elif VARIANT == 4
struct page {
    spinlock lock;
    int refs;
} pages[frames_of_ram];
#elif VARIANT == 5
struct {
    long n;
}* counters;
unsigned long page_start;
#elif VARIANT == 6
int refs[frames_of_ram], copies[frames_of_ram];
#endif

void* kalloc() {
    run* r = KMEM.freelist;
    KMEM.freelist = r->next;
    return r;
}
void kfree(run* r) {
    r->next = KMEM.freelist;
    KMEM.freelist = r;
    waiters->next = first_waiter.next;
    ::proc[ages[0]].pid = cpus[0].noff + (pipe != 0) + (kernel_pagetable != 0) +
                          ::proc[0].parent->pid + cpus[0].proc->pid +
                          (int)::proc[0].trapframe->kernel_satp;
#if VARIANT == 0
    counts++;
#elif VARIANT == 1
    refs[0]++;
#elif VARIANT == 2
    table.counts[0]++;
#elif VARIANT == 3
    counts[0]++;
    counts = (unsigned short*)r;
#elif VARIANT == 4
    pages[0].refs++;
#elif VARIANT == 5
    counters[0].n += page_start;
#elif VARIANT == 6
    refs[0] += copies[0];
#endif
}
void _start() { kfree((run*)kalloc()); }
}
