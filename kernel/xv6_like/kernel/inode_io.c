// What a file holds: twelve blocks, and those that its thirteenth lists. The inode's lock is held.
#include "buf.h"
#include "defs.h"
#include "file.h"

static uint present(uint dev, uint* slot) { return *slot ? *slot : (*slot = balloc(dev)); }

// Block bn of the file, made where there is none; 0 when the disk is full.
static uint bmap(struct inode* ip, uint bn) {
    if (bn < NDIRECT) {
        return present(ip->dev, &ip->addrs[bn]);
    }
    bn -= NDIRECT;
    uint list = present(ip->dev, &ip->addrs[NDIRECT]);
    if (!list) {
        return 0;
    }
    struct buf* b = bread(ip->dev, list);
    uint found = ((uint*)b->data)[bn];
    brelse(b);
    if (!found && (found = balloc(ip->dev))) {
        b = bread(ip->dev, list);
        ((uint*)b->data)[bn] = found;
        bwrite(b);
        brelse(b);
    }
    return found;
}

static void free_all(uint dev, uint* addrs, uint n) {
    for (uint i = 0; i < n; i++) {
        if (addrs[i]) {
            bfree(dev, addrs[i]);
            addrs[i] = 0;
        }
    }
}

void itrunc(struct inode* ip) {
    uint list = ip->addrs[NDIRECT];
    if (list) {
        static struct sleeplock one = {.lk = {.name = "itrunc"}, .name = "itrunc"};
        static uint copy[NINDIRECT];  // a kernel stack is too small for it
        acquiresleep(&one);
        struct buf* b = bread(ip->dev, list);
        memmove(copy, b->data, sizeof(copy));
        brelse(b);
        free_all(ip->dev, copy, NINDIRECT);
        releasesleep(&one);
    }
    free_all(ip->dev, ip->addrs, NDIRECT + 1);
    ip->size = 0;
    iupdate(ip);
}

int readi(struct inode* ip, int user_dst, uint64 dst, uint off, uint n) {
    if (off > ip->size || off + n < off) {
        return 0;
    }
    n = n < ip->size - off ? n : ip->size - off;
    for (uint done = 0, m; done < n; done += m) {
        uint addr = bmap(ip, (off + done) / BSIZE);
        uint at = (off + done) % BSIZE;
        m = n - done < BSIZE - at ? n - done : BSIZE - at;
        if (!addr) {
            return done;
        }
        struct buf* b = bread(ip->dev, addr);
        int bad = either_copyout(user_dst, dst + done, b->data + at, m);
        brelse(b);
        if (bad) {
            return -1;
        }
    }
    return n;
}

// Fewer than n when the disk is full or the source is bad; -1 when the file cannot be as long.
int writei(struct inode* ip, int user_src, uint64 src, uint off, uint n) {
    if (off > ip->size || off + n < off || off + n > MAXFILE * BSIZE) {
        return -1;
    }
    uint done = 0;
    for (uint m; done < n; done += m) {
        uint addr = bmap(ip, (off + done) / BSIZE);
        uint at = (off + done) % BSIZE;
        m = n - done < BSIZE - at ? n - done : BSIZE - at;
        if (!addr) {
            break;
        }
        struct buf* b = bread(ip->dev, addr);
        int bad = either_copyin(b->data + at, user_src, src + done, m);
        bwrite(b);
        brelse(b);
        if (bad) {
            break;
        }
    }
    ip->size = off + done > ip->size ? off + done : ip->size;
    iupdate(ip);
    return done;
}
