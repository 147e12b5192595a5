// Inodes in use. A reference keeps one in the table, its lock gives its content.
#include "buf.h"
#include "defs.h"
#include "file.h"
#include "stat.h"

extern struct superblock sb;

struct {
    struct spinlock lock;  // ref, dev and inum
    struct inode inode[NINODE];
} itable;

void iinit(void) {
    initlock(&itable.lock, "itable");
    for (int i = 0; i < NINODE; i++) {
        initsleeplock(&itable.inode[i].lock, "inode");
    }
}

static struct dinode* on_disk(struct buf* b, uint inum) {
    return (struct dinode*)b->data + inum % IPB;
}

struct inode* ialloc(uint dev, short type) {
    for (uint inum = 1; inum < sb.ninodes; inum++) {
        struct buf* b = bread(dev, IBLOCK(inum, sb));
        struct dinode* d = on_disk(b, inum);
        int is_free = d->type == 0;
        if (is_free) {
            memset(d, 0, sizeof(*d));
            d->type = type;
            bwrite(b);
        }
        brelse(b);
        if (is_free) {
            return iget(dev, inum);
        }
    }
    printf("ialloc: no inodes\n");
    return 0;
}

void iupdate(struct inode* ip) {
    struct buf* b = bread(ip->dev, IBLOCK(ip->inum, sb));
    struct dinode* d = on_disk(b, ip->inum);
    d->type = ip->type;
    d->major = ip->major;
    d->minor = ip->minor;
    d->nlink = ip->nlink;
    d->size = ip->size;
    memmove(d->addrs, ip->addrs, sizeof(ip->addrs));
    bwrite(b);
    brelse(b);
}

struct inode* iget(uint dev, uint inum) {
    struct inode* empty = 0;
    acquire(&itable.lock);
    for (struct inode* ip = itable.inode; ip < &itable.inode[NINODE]; ip++) {
        if (ip->ref > 0 && ip->dev == dev && ip->inum == inum) {
            ip->ref++;
            release(&itable.lock);
            return ip;
        }
        empty = ip->ref == 0 ? ip : empty;
    }
    if (!empty) {
        panic("iget: no inodes");
    }
    empty->dev = dev;
    empty->inum = inum;
    empty->ref = 1;
    empty->valid = 0;
    release(&itable.lock);
    return empty;
}

struct inode* idup(struct inode* ip) {
    acquire(&itable.lock);
    ip->ref++;
    release(&itable.lock);
    return ip;
}

void ilock(struct inode* ip) {
    acquiresleep(&ip->lock);
    if (ip->valid) {
        return;
    }
    struct buf* b = bread(ip->dev, IBLOCK(ip->inum, sb));
    struct dinode* d = on_disk(b, ip->inum);
    ip->type = d->type;
    ip->major = d->major;
    ip->minor = d->minor;
    ip->nlink = d->nlink;
    ip->size = d->size;
    memmove(ip->addrs, d->addrs, sizeof(ip->addrs));
    brelse(b);
    ip->valid = 1;
}

void iunlock(struct inode* ip) { releasesleep(&ip->lock); }

// The last one of a file that no directory names frees it.
void iput(struct inode* ip) {
    acquire(&itable.lock);
    if (ip->ref == 1 && ip->valid && ip->nlink == 0) {
        acquiresleep(&ip->lock);  // nobody else can have it
        release(&itable.lock);
        itrunc(ip);
        ip->type = 0;
        iupdate(ip);
        ip->valid = 0;
        releasesleep(&ip->lock);
        acquire(&itable.lock);
    }
    ip->ref--;
    release(&itable.lock);
}

void iunlockput(struct inode* ip) {
    iunlock(ip);
    iput(ip);
}

void stati(struct inode* ip, struct stat* st) {
    st->dev = ip->dev;
    st->ino = ip->inum;
    st->type = ip->type;
    st->nlink = ip->nlink;
    st->size = ip->size;
}
