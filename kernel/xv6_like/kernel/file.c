// Open files.
#include "file.h"

#include "defs.h"
#include "proc.h"
#include "stat.h"

struct devsw devsw[NDEV];
struct {
    struct spinlock lock;  // ref
    struct file file[NFILE];
} ftable;

void fileinit(void) { initlock(&ftable.lock, "ftable"); }

struct file* filealloc(void) {
    struct file* found = 0;
    acquire(&ftable.lock);
    for (int i = 0; i < NFILE && !found; i++) {
        if (ftable.file[i].ref == 0) {
            found = &ftable.file[i];
            found->ref = 1;
        }
    }
    release(&ftable.lock);
    return found;
}

struct file* filedup(struct file* f) {
    acquire(&ftable.lock);
    f->ref++;
    release(&ftable.lock);
    return f;
}

void fileclose(struct file* f) {
    acquire(&ftable.lock);
    if (--f->ref > 0) {
        release(&ftable.lock);
        return;
    }
    struct file last = *f;
    f->type = FD_NONE;
    release(&ftable.lock);
    if (last.type == FD_PIPE) {
        pipeclose(last.pipe, last.writable);
    } else if (last.type != FD_NONE) {
        iput(last.ip);
    }
}

int filestat(struct file* f, uint64 addr) {
    struct stat st;
    if (f->type != FD_INODE && f->type != FD_DEVICE) {
        return -1;
    }
    ilock(f->ip);
    stati(f->ip, &st);
    iunlock(f->ip);
    return copyout(myproc()->pagetable, addr, &st, sizeof(st));
}

static struct devsw* device(struct file* f) {
    return f->major >= 0 && f->major < NDEV && devsw[f->major].read ? &devsw[f->major] : 0;
}

int fileread(struct file* f, uint64 addr, int n) {
    if (!f->readable || n < 0) {
        return -1;
    }
    if (f->type == FD_PIPE) {
        return piperead(f->pipe, addr, n);
    }
    if (f->type == FD_DEVICE) {
        return device(f) ? device(f)->read(1, addr, n) : -1;
    }
    ilock(f->ip);
    int r = readi(f->ip, 1, addr, f->off, n);
    f->off += r > 0 ? r : 0;
    iunlock(f->ip);
    return r;
}

int filewrite(struct file* f, uint64 addr, int n) {
    if (!f->writable || n < 0) {
        return -1;
    }
    if (f->type == FD_PIPE) {
        return pipewrite(f->pipe, addr, n);
    }
    if (f->type == FD_DEVICE) {
        return device(f) ? device(f)->write(1, addr, n) : -1;
    }
    ilock(f->ip);
    int r = writei(f->ip, 1, addr, f->off, n);
    f->off += r > 0 ? r : 0;
    iunlock(f->ip);
    return r == n ? n : -1;
}
