// virtio-mmio's registers, and the queue that driver and device share.
#pragma once
#include "memlayout.h"
#include "types.h"

#define VIRTIO(at) (*(volatile uint*)(VIRTIO0 + (at)))
enum {
    VIRTIO_MAGIC = 0x000,
    VIRTIO_VERSION = 0x004,
    VIRTIO_DEVICE_ID = 0x008,
    VIRTIO_DEVICE_FEATURES = 0x010,
    VIRTIO_DRIVER_FEATURES = 0x020,
    VIRTIO_GUEST_PAGE_SIZE = 0x028,  // legacy
    VIRTIO_QUEUE_SEL = 0x030,
    VIRTIO_QUEUE_NUM_MAX = 0x034,
    VIRTIO_QUEUE_NUM = 0x038,
    VIRTIO_QUEUE_ALIGN = 0x03c,  // legacy
    VIRTIO_QUEUE_PFN = 0x040,    // legacy
    VIRTIO_QUEUE_READY = 0x044,
    VIRTIO_QUEUE_NOTIFY = 0x050,
    VIRTIO_INTERRUPT_STATUS = 0x060,
    VIRTIO_INTERRUPT_ACK = 0x064,
    VIRTIO_STATUS = 0x070,
    VIRTIO_QUEUE_DESC = 0x080,  // and the upper half behind it, as with the next two
    VIRTIO_QUEUE_AVAIL = 0x090,
    VIRTIO_QUEUE_USED = 0x0a0,
};
enum { STATUS_ACKNOWLEDGE = 1, STATUS_DRIVER = 2, STATUS_DRIVER_OK = 4, STATUS_FEATURES_OK = 8 };
extern const uint virtio_version;         // that the driver is for
extern const uint virtio_agree_features;  // STATUS_FEATURES_OK, or 0

#define NUM 16  // descriptors
struct virtq_desc {
    uint64 addr;
    uint len;
    ushort flags;
    ushort next;
};
enum { VRING_DESC_F_NEXT = 1, VRING_DESC_F_WRITE = 2 };
struct virtq_avail {
    ushort flags;
    ushort idx;
    ushort ring[NUM];
};
struct virtq_used {
    ushort flags;
    ushort idx;
    struct {
        uint id;
        uint len;
    } ring[NUM];
};
