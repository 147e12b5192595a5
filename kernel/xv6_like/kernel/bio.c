// Blocks of the disk in memory; whoever has one has its lock.
#include "buf.h"
#include "defs.h"
#include "param.h"

struct {
    struct spinlock lock;
    struct buf buf[NBUF];
    uint next;  // where a block to give up is looked for
} bcache;

void binit(void) {
    initlock(&bcache.lock, "bcache");
    for (int i = 0; i < NBUF; i++) {
        initsleeplock(&bcache.buf[i].lock, "buffer");
    }
}

static struct buf* cached(uint dev, uint blockno) {
    for (struct buf* b = bcache.buf; b < &bcache.buf[NBUF]; b++) {
        if (b->dev == dev && b->blockno == blockno) {
            return b;
        }
    }
    for (int tries = 0; tries < NBUF; tries++) {
        struct buf* b = &bcache.buf[bcache.next++ % NBUF];
        if (b->refcnt == 0) {
            b->dev = dev;
            b->blockno = blockno;
            b->valid = 0;
            return b;
        }
    }
    return 0;
}

struct buf* bread(uint dev, uint blockno) {
    struct buf* b;
    acquire(&bcache.lock);
    while (!(b = cached(dev, blockno))) {
        sleep(&bcache, &bcache.lock);
    }
    b->refcnt++;
    release(&bcache.lock);
    acquiresleep(&b->lock);
    if (!b->valid) {
        virtio_disk_rw(b, 0);
        b->valid = 1;
    }
    return b;
}

void bwrite(struct buf* b) { virtio_disk_rw(b, 1); }

void brelse(struct buf* b) {
    releasesleep(&b->lock);
    acquire(&bcache.lock);
    if (--b->refcnt == 0) {
        wakeup(&bcache);
    }
    release(&bcache.lock);
}
