// Directories and paths.
#include "defs.h"
#include "file.h"
#include "proc.h"
#include "stat.h"

struct inode* dirlookup(struct inode* dp, const char* name, uint* poff) {
    struct dirent de;
    for (uint off = 0; off < dp->size; off += sizeof(de)) {
        if (readi(dp, 0, (uint64)&de, off, sizeof(de)) != sizeof(de)) {
            panic("dirlookup read");
        }
        if (de.inum && strncmp(de.name, name, DIRSIZ) == 0) {
            if (poff) {
                *poff = off;
            }
            return iget(dp->dev, de.inum);
        }
    }
    return 0;
}

int dirlink(struct inode* dp, const char* name, uint inum) {
    struct dirent de;
    struct inode* there = dirlookup(dp, name, 0);
    if (there) {
        iput(there);
        return -1;
    }
    uint off = 0;
    for (; off < dp->size; off += sizeof(de)) {
        if (readi(dp, 0, (uint64)&de, off, sizeof(de)) == sizeof(de) && !de.inum) {
            break;
        }
    }
    strncpy(de.name, name, DIRSIZ);
    de.inum = inum;
    return writei(dp, 0, (uint64)&de, off, sizeof(de)) == sizeof(de) ? 0 : -1;
}

// The next part of a path, at most DIRSIZ bytes of it; what comes behind, or 0 when there is none.
static char* next_part(char* path, char* name) {
    while (*path == '/') {
        path++;
    }
    if (!*path) {
        return 0;
    }
    int n = 0;
    for (; *path && *path != '/'; path++) {
        if (n < DIRSIZ) {
            name[n++] = *path;
        }
    }
    if (n < DIRSIZ) {
        name[n] = 0;
    }
    while (*path == '/') {
        path++;
    }
    return path;
}

static struct inode* namex(char* path, int want_parent, char* name) {
    struct inode* ip = *path == '/' ? iget(ROOTDEV, ROOTINO) : idup(myproc()->cwd);
    while ((path = next_part(path, name))) {
        ilock(ip);
        if (ip->type == T_DIR && want_parent && !*path) {
            iunlock(ip);
            return ip;
        }
        struct inode* next = ip->type == T_DIR ? dirlookup(ip, name, 0) : 0;
        iunlockput(ip);
        if (!next) {
            return 0;
        }
        ip = next;
    }
    if (want_parent) {
        iput(ip);
        return 0;
    }
    return ip;
}

struct inode* namei(char* path) {
    char name[DIRSIZ];
    return namex(path, 0, name);
}

struct inode* nameiparent(char* path, char* name) { return namex(path, 1, name); }
