// System calls that find or make files by name.
#include "defs.h"
#include "fcntl.h"
#include "file.h"
#include "proc.h"
#include "stat.h"

int fdalloc(struct file*);

// A new inode under this name, locked; an old one when a file is wanted and it is one.
static struct inode* create(char* path, short type, short major, short minor) {
    char name[DIRSIZ];
    struct inode* dp = nameiparent(path, name);
    if (!dp) {
        return 0;
    }
    ilock(dp);
    struct inode* ip = dirlookup(dp, name, 0);
    if (ip) {
        iunlockput(dp);
        ilock(ip);
        if (type == T_FILE && ip->type != T_DIR) {
            return ip;
        }
        iunlockput(ip);
        return 0;
    }
    ip = ialloc(dp->dev, type);
    if (!ip) {
        iunlockput(dp);
        return 0;
    }
    ilock(ip);
    ip->major = major;
    ip->minor = minor;
    ip->nlink = 1;
    iupdate(ip);
    int ok = type != T_DIR || (!dirlink(ip, ".", ip->inum) && !dirlink(ip, "..", dp->inum));
    if (!ok || dirlink(dp, name, ip->inum) < 0) {
        ip->nlink = 0;
        iupdate(ip);
        iunlockput(ip);
        ip = 0;
    } else if (type == T_DIR) {
        dp->nlink++;  // for ".."
        iupdate(dp);
    }
    iunlockput(dp);
    return ip;
}

uint64 sys_open(void) {
    char path[MAXPATH];
    int mode = argint(1);
    if (argstr(0, path, MAXPATH) < 0) {
        return -1;
    }
    struct inode* ip = mode & O_CREATE ? create(path, T_FILE, 0, 0) : namei(path);
    if (!ip) {
        return -1;
    }
    if (!(mode & O_CREATE)) {
        ilock(ip);
    }
    const int refused = (ip->type == T_DIR && mode != O_RDONLY) ||
                        (ip->type == T_DEVICE && (ip->major < 0 || ip->major >= NDEV));
    struct file* f = refused ? 0 : filealloc();
    int fd = f ? fdalloc(f) : -1;
    if (fd < 0) {
        iunlockput(ip);
        if (f) {
            fileclose(f);
        }
        return -1;
    }
    f->ip = ip;
    f->off = 0;
    f->major = ip->major;
    f->readable = !(mode & O_WRONLY);
    f->writable = (mode & (O_WRONLY | O_RDWR)) != 0;
    f->type = ip->type == T_DEVICE ? FD_DEVICE : FD_INODE;
    if ((mode & O_TRUNC) && ip->type == T_FILE) {
        itrunc(ip);
    }
    iunlock(ip);
    return fd;
}

static uint64 made(struct inode* ip) {
    if (ip) {
        iunlockput(ip);
    }
    return ip ? 0 : -1;
}

uint64 sys_mkdir(void) {
    char path[MAXPATH];
    return argstr(0, path, MAXPATH) < 0 ? -1UL : made(create(path, T_DIR, 0, 0));
}

uint64 sys_mknod(void) {
    char path[MAXPATH];
    return argstr(0, path, MAXPATH) < 0 ? -1UL : made(create(path, T_DEVICE, argint(1), argint(2)));
}

uint64 sys_chdir(void) {
    char path[MAXPATH];
    struct inode* ip = argstr(0, path, MAXPATH) < 0 ? 0 : namei(path);
    if (!ip) {
        return -1;
    }
    ilock(ip);
    if (ip->type != T_DIR) {
        iunlockput(ip);
        return -1;
    }
    iunlock(ip);
    iput(myproc()->cwd);
    myproc()->cwd = ip;
    return 0;
}
