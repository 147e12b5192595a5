// System calls about open files.
#include "defs.h"
#include "file.h"
#include "proc.h"

static struct file* argfd(int n) {
    int fd = argint(n);
    return fd >= 0 && fd < NOFILE ? myproc()->ofile[fd] : 0;
}

// The lowest number that is free, or -1.
int fdalloc(struct file* f) {
    struct proc* p = myproc();
    for (int fd = 0; fd < NOFILE; fd++) {
        if (!p->ofile[fd]) {
            p->ofile[fd] = f;
            return fd;
        }
    }
    return -1;
}

uint64 sys_dup(void) {
    struct file* f = argfd(0);
    int fd = f ? fdalloc(f) : -1;
    if (fd >= 0) {
        filedup(f);
    }
    return fd;
}

uint64 sys_read(void) {
    struct file* f = argfd(0);
    return f ? fileread(f, argaddr(1), argint(2)) : -1;
}

uint64 sys_write(void) {
    struct file* f = argfd(0);
    return f ? filewrite(f, argaddr(1), argint(2)) : -1;
}

uint64 sys_close(void) {
    struct file* f = argfd(0);
    if (!f) {
        return -1;
    }
    myproc()->ofile[argint(0)] = 0;
    fileclose(f);
    return 0;
}

uint64 sys_fstat(void) {
    struct file* f = argfd(0);
    return f ? filestat(f, argaddr(1)) : -1;
}

uint64 sys_pipe(void) {
    struct proc* p = myproc();
    struct file *rf, *wf;
    if (pipealloc(&rf, &wf) < 0) {
        return -1;
    }
    int fd[2] = {fdalloc(rf), fdalloc(wf)};
    if (fd[1] < 0 || copyout(p->pagetable, argaddr(0), fd, sizeof(fd)) < 0) {
        for (int i = 0; i < 2; i++) {
            if (fd[i] >= 0) {
                p->ofile[fd[i]] = 0;
            }
        }
        fileclose(rf);
        fileclose(wf);
        return -1;
    }
    return 0;
}
