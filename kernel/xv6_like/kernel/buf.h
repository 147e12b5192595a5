#pragma once
#include "fs.h"
#include "sleeplock.h"
struct buf {
    int valid;  // has been read from disk
    int disk;   // the disk has it
    uint dev;
    uint blockno;
    struct sleeplock lock;
    uint refcnt;
    uchar data[BSIZE];
};
