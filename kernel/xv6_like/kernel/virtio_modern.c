// virtio-mmio of version 2: each part of the queue has an address.
#include "defs.h"
#include "virtio.h"

const uint virtio_version = 2;
const uint virtio_agree_features = STATUS_FEATURES_OK;

static void set(uint at, void* pa) {
    VIRTIO(at) = (uint64)pa;
    VIRTIO(at + 4) = (uint64)pa >> 32;
}

void virtio_queue_at(char* pages, uint size) {
    VIRTIO(VIRTIO_QUEUE_NUM) = size;
    set(VIRTIO_QUEUE_DESC, pages);
    set(VIRTIO_QUEUE_AVAIL, pages + size * sizeof(struct virtq_desc));
    set(VIRTIO_QUEUE_USED, pages + PGSIZE);
    VIRTIO(VIRTIO_QUEUE_READY) = 1;
}
