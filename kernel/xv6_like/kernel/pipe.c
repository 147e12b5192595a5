#include "defs.h"
#include "file.h"
#include "proc.h"

enum { PIPESIZE = 512 };
struct pipe {
    struct spinlock lock;
    char data[PIPESIZE];
    uint nread;  // both count on and on
    uint nwrite;
    int readopen;
    int writeopen;
};

int pipealloc(struct file** f0, struct file** f1) {
    struct pipe* pi = kalloc();
    *f0 = filealloc();
    *f1 = filealloc();
    if (!pi || !*f0 || !*f1) {
        if (pi) {
            kfree(pi);
        }
        if (*f0) {
            fileclose(*f0);
        }
        if (*f1) {
            fileclose(*f1);
        }
        return -1;
    }
    memset(pi, 0, sizeof(*pi));
    initlock(&pi->lock, "pipe");
    pi->readopen = pi->writeopen = 1;
    (*f0)->type = (*f1)->type = FD_PIPE;
    (*f0)->pipe = (*f1)->pipe = pi;
    (*f0)->readable = (*f1)->writable = 1;
    (*f0)->writable = (*f1)->readable = 0;
    return 0;
}

void pipeclose(struct pipe* pi, int writable) {
    acquire(&pi->lock);
    if (writable) {
        pi->writeopen = 0;
        wakeup(&pi->nread);
    } else {
        pi->readopen = 0;
        wakeup(&pi->nwrite);
    }
    int last = !pi->readopen && !pi->writeopen;
    release(&pi->lock);
    if (last) {
        kfree(pi);
    }
}

int pipewrite(struct pipe* pi, uint64 addr, int n) {
    int done = 0;
    acquire(&pi->lock);
    while (done < n) {
        if (!pi->readopen || killed(myproc())) {
            release(&pi->lock);
            return -1;
        }
        if (pi->nwrite == pi->nread + PIPESIZE) {
            wakeup(&pi->nread);
            sleep(&pi->nwrite, &pi->lock);
            continue;
        }
        char c;
        if (copyin(myproc()->pagetable, &c, addr + done, 1) < 0) {
            break;
        }
        pi->data[pi->nwrite++ % PIPESIZE] = c;
        done++;
    }
    wakeup(&pi->nread);
    release(&pi->lock);
    return done;
}

int piperead(struct pipe* pi, uint64 addr, int n) {
    acquire(&pi->lock);
    while (pi->nread == pi->nwrite && pi->writeopen) {
        if (killed(myproc())) {
            release(&pi->lock);
            return -1;
        }
        sleep(&pi->nread, &pi->lock);
    }
    int done = 0;
    while (done < n && pi->nread != pi->nwrite) {
        char c = pi->data[pi->nread % PIPESIZE];
        if (copyout(myproc()->pagetable, addr + done, &c, 1) < 0) {
            done = done ? done : -1;
            break;
        }
        pi->nread++;
        done++;
    }
    wakeup(&pi->nwrite);
    release(&pi->lock);
    return done;
}
