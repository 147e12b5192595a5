// The disk. A request has a slot: three descriptors of its own (header, data, status).
#include "virtio.h"

#include "buf.h"
#include "defs.h"
#include "proc.h"

enum { SLOTS = NUM / 3 };

static struct {
    // Descriptors and the ring of requests, then, on a page of its own, that of what is done: the
    // legacy device wants it so.
    __attribute__((aligned(PGSIZE))) char pages[2 * PGSIZE];
    struct virtq_desc* desc;
    struct virtq_avail* avail;
    struct virtq_used* used;
    ushort used_idx;  // so far looked at
    struct {
        struct buf* b;  // 0 when the slot is free
        char status;
        struct {
            uint type;  // 0 reads, 1 writes
            uint reserved;
            uint64 sector;
        } header;
    } slot[SLOTS];
    struct spinlock vdisk_lock;
} disk;

void virtio_disk_init(void) {
    initlock(&disk.vdisk_lock, "virtio_disk");
    if (VIRTIO(VIRTIO_MAGIC) != 0x74726976 || VIRTIO(VIRTIO_VERSION) != virtio_version ||
        VIRTIO(VIRTIO_DEVICE_ID) != 2) {
        panic("could not find virtio disk");
    }
    uint status = STATUS_ACKNOWLEDGE | STATUS_DRIVER;
    VIRTIO(VIRTIO_STATUS) = 0;
    VIRTIO(VIRTIO_STATUS) = STATUS_ACKNOWLEDGE;
    VIRTIO(VIRTIO_STATUS) = status;
    VIRTIO(VIRTIO_DRIVER_FEATURES) = 0;  // none is needed
    status |= virtio_agree_features;
    VIRTIO(VIRTIO_STATUS) = status;
    VIRTIO(VIRTIO_QUEUE_SEL) = 0;
    if (VIRTIO(VIRTIO_QUEUE_NUM_MAX) < NUM) {
        panic("virtio disk max queue too short");
    }
    disk.desc = (struct virtq_desc*)disk.pages;
    disk.avail = (struct virtq_avail*)(disk.desc + NUM);
    disk.used = (struct virtq_used*)(disk.pages + PGSIZE);
    virtio_queue_at(disk.pages, NUM);
    VIRTIO(VIRTIO_STATUS) = status | STATUS_DRIVER_OK;
}

static int free_slot(void) {
    for (int i = 0; i < SLOTS; i++) {
        if (!disk.slot[i].b) {
            return i;
        }
    }
    return -1;
}

static void describe(int at, void* data, uint len, int flags) {
    disk.desc[at].addr = (uint64)data;
    disk.desc[at].len = len;
    disk.desc[at].flags = flags;
    disk.desc[at].next = at + 1;
}

void virtio_disk_rw(struct buf* b, int write) {
    int i;
    acquire(&disk.vdisk_lock);
    while ((i = free_slot()) < 0) {
        sleep(&disk.slot, &disk.vdisk_lock);
    }
    disk.slot[i].b = b;
    disk.slot[i].header.type = write;
    disk.slot[i].header.sector = (uint64)b->blockno * (BSIZE / 512);
    describe(3 * i, &disk.slot[i].header, sizeof(disk.slot[i].header), VRING_DESC_F_NEXT);
    describe(3 * i + 1, b->data, BSIZE, VRING_DESC_F_NEXT | (write ? 0 : VRING_DESC_F_WRITE));
    describe(3 * i + 2, &disk.slot[i].status, 1, VRING_DESC_F_WRITE);
    b->disk = 1;

    disk.avail->ring[disk.avail->idx % NUM] = 3 * i;
    __sync_synchronize();
    disk.avail->idx++;
    __sync_synchronize();
    VIRTIO(VIRTIO_QUEUE_NOTIFY) = 0;
    while (b->disk) {
        sleep(b, &disk.vdisk_lock);
    }
    disk.slot[i].b = 0;
    wakeup(&disk.slot);
    release(&disk.vdisk_lock);
}

void virtio_disk_intr(void) {
    acquire(&disk.vdisk_lock);
    VIRTIO(VIRTIO_INTERRUPT_ACK) = VIRTIO(VIRTIO_INTERRUPT_STATUS) & 3;
    __sync_synchronize();
    while (disk.used_idx != *(volatile ushort*)&disk.used->idx) {
        __sync_synchronize();
        int i = disk.used->ring[disk.used_idx % NUM].id / 3;
        if (disk.slot[i].status != 0) {
            panic("virtio_disk_intr status");
        }
        disk.slot[i].b->disk = 0;
        wakeup(disk.slot[i].b);
        disk.used_idx++;
    }
    release(&disk.vdisk_lock);
}
