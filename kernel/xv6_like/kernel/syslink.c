// System calls that give a file a name or take one away.
#include "defs.h"
#include "file.h"
#include "stat.h"

static void change_links(struct inode* ip, int by) {
    ilock(ip);
    ip->nlink += by;
    iupdate(ip);
    iunlock(ip);
}

uint64 sys_link(void) {
    char name[DIRSIZ], new[MAXPATH], old[MAXPATH];
    if (argstr(0, old, MAXPATH) < 0 || argstr(1, new, MAXPATH) < 0) {
        return -1;
    }
    struct inode* ip = namei(old);
    if (!ip) {
        return -1;
    }
    ilock(ip);
    int is_directory = ip->type == T_DIR;
    iunlock(ip);
    if (is_directory) {
        iput(ip);
        return -1;
    }
    change_links(ip, 1);
    struct inode* dp = nameiparent(new, name);
    int bad = !dp;
    if (dp) {
        ilock(dp);
        bad = dp->dev != ip->dev || dirlink(dp, name, ip->inum) < 0;
        iunlockput(dp);
    }
    if (bad) {
        change_links(ip, -1);
    }
    iput(ip);
    return bad ? -1 : 0;
}

static int is_empty(struct inode* dp) {
    struct dirent de;
    for (uint off = 2 * sizeof(de); off < dp->size; off += sizeof(de)) {
        if (readi(dp, 0, (uint64)&de, off, sizeof(de)) != sizeof(de) || de.inum) {
            return 0;
        }
    }
    return 1;
}

// Takes a name out of a directory; both are locked, but for `.` and `..`, which stay.
static int unlink(struct inode* dp, const char* name) {
    uint off;
    struct dirent none = {0};
    if (strncmp(name, ".", DIRSIZ) == 0 || strncmp(name, "..", DIRSIZ) == 0) {
        return -1;
    }
    struct inode* ip = dirlookup(dp, name, &off);
    if (!ip) {
        return -1;
    }
    ilock(ip);
    if (ip->type == T_DIR && !is_empty(ip)) {
        iunlockput(ip);
        return -1;
    }
    writei(dp, 0, (uint64)&none, off, sizeof(none));
    if (ip->type == T_DIR) {
        dp->nlink--;
        iupdate(dp);
    }
    ip->nlink--;
    iupdate(ip);
    iunlockput(ip);
    return 0;
}

uint64 sys_unlink(void) {
    char name[DIRSIZ], path[MAXPATH];
    struct inode* dp = argstr(0, path, MAXPATH) < 0 ? 0 : nameiparent(path, name);
    if (!dp) {
        return -1;
    }
    ilock(dp);
    int r = unlink(dp, name);
    iunlockput(dp);
    return r;
}
