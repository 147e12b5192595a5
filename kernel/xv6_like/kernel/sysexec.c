#include "defs.h"
#include "param.h"
#include "proc.h"

static void free_arguments(char** argv) {
    for (int i = 0; i < MAXARG && argv[i]; i++) {
        kfree(argv[i]);
    }
}

uint64 sys_exec(void) {
    char path[MAXPATH], *argv[MAXARG] = {0};
    pagetable_t pagetable = myproc()->pagetable;
    if (argstr(0, path, MAXPATH) < 0) {
        return -1;
    }
    for (int i = 0; i < MAXARG; i++) {
        uint64 string;
        if (copyin(pagetable, &string, argaddr(1) + i * sizeof(string), sizeof(string)) < 0) {
            break;
        }
        if (!string) {
            int r = exec(path, argv);
            free_arguments(argv);
            return r;
        }
        argv[i] = kalloc();
        if (!argv[i] || copyinstr(pagetable, argv[i], string, PGSIZE) < 0) {
            break;
        }
    }
    free_arguments(argv);
    return -1;
}
