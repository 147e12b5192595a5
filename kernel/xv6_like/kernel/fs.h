// The file system on disk:
//   boot | superblock | log | inodes | bitmap | data
// The log's blocks are kept by the format and used by nobody here.
#pragma once
#include "types.h"
#define BSIZE 1024
#define FSMAGIC 0x10203040
#define ROOTINO 1
#define NDIRECT 12
#define NINDIRECT (BSIZE / sizeof(uint))
#define MAXFILE (NDIRECT + NINDIRECT)
#define DIRSIZ 14

struct superblock {
    uint magic, size, nblocks, ninodes, nlog, logstart, inodestart, bmapstart;
};
struct dinode {
    short type, major, minor, nlink;
    uint size;
    uint addrs[NDIRECT + 1];
};
struct dirent {
    ushort inum;
    char name[DIRSIZ];
};
#define IPB (BSIZE / sizeof(struct dinode))
#define BPB (BSIZE * 8)
#define IBLOCK(i, sb) ((i) / IPB + (sb).inodestart)
#define BBLOCK(b, sb) ((b) / BPB + (sb).bmapstart)
