#include "defs.h"
#include "param.h"

static volatile int started;

static void init_once(void) {
    consoleinit();
    printfinit();
    printf("\nxv6-like kernel is booting\n\n");
    kinit();
    kvminit();
    kvminithart();
    procinit();
    trapinithart();
    plicinit();
    plicinithart();
    binit();
    iinit();
    fileinit();
    virtio_disk_init();
    userinit();
}

// S-mode's beginning, on every hart.
void main(void) {
    if (cpuid() == 0) {
        init_once();
        __sync_synchronize();
        started = 1;
    } else {
        while (!started) {
        }
        __sync_synchronize();
        printf("hart %d starting\n", cpuid());
        kvminithart();
        trapinithart();
        plicinithart();
    }
    scheduler();
}
