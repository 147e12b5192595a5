#pragma once
#include "fs.h"
#include "param.h"
#include "sleeplock.h"

struct file {
    enum { FD_NONE, FD_PIPE, FD_INODE, FD_DEVICE } type;
    int ref;
    char readable;
    char writable;
    struct pipe* pipe;
    struct inode* ip;
    uint off;
    short major;
};

struct inode {
    uint dev;
    uint inum;
    int ref;
    struct sleeplock lock;  // all below
    int valid;              // has been read from disk

    short type, major, minor, nlink;
    uint size;
    uint addrs[NDIRECT + 1];
};

struct devsw {
    int (*read)(int user_dst, uint64 dst, int n);
    int (*write)(int user_src, uint64 src, int n);
};
extern struct devsw devsw[NDEV];
#define CONSOLE 1
