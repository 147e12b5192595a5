// Which blocks are free: the superblock and the bitmap. Nobody holds two blocks at a time, so that
// a few in memory are enough for all.
#include "buf.h"
#include "defs.h"

struct superblock sb;

void fsinit(int dev) {
    struct buf* b = bread(dev, 1);
    sb = *(struct superblock*)b->data;
    brelse(b);
    if (sb.magic != FSMAGIC) {
        panic("invalid file system");
    }
}

static uint find(uint dev, uint first) {
    struct buf* b = bread(dev, BBLOCK(first, sb));
    uint found = 0;
    for (uint i = 0; i < BPB && first + i < sb.size && !found; i++) {
        if (!(b->data[i / 8] & (1 << i % 8))) {
            b->data[i / 8] |= 1 << i % 8;
            bwrite(b);
            found = first + i;
        }
    }
    brelse(b);
    return found;
}

uint balloc(uint dev) {
    uint found = 0;
    for (uint first = 0; first < sb.size && !found; first += BPB) {
        found = find(dev, first);
    }
    if (!found) {
        printf("balloc: out of blocks\n");
        return 0;
    }
    struct buf* b = bread(dev, found);
    memset(b->data, 0, BSIZE);
    bwrite(b);
    brelse(b);
    return found;
}

void bfree(uint dev, uint blockno) {
    struct buf* b = bread(dev, BBLOCK(blockno, sb));
    uint i = blockno % BPB;
    if (!(b->data[i / 8] & (1 << i % 8))) {
        panic("freeing free block");
    }
    b->data[i / 8] &= ~(1 << i % 8);
    bwrite(b);
    brelse(b);
}
