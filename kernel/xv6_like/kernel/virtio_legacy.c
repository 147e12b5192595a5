// virtio-mmio of version 1: the queue is where one page number says.
#include "defs.h"
#include "virtio.h"

const uint virtio_version = 1;
const uint virtio_agree_features = 0;

void virtio_queue_at(char* pages, uint size) {
    VIRTIO(VIRTIO_GUEST_PAGE_SIZE) = PGSIZE;
    VIRTIO(VIRTIO_QUEUE_NUM) = size;
    VIRTIO(VIRTIO_QUEUE_ALIGN) = PGSIZE;
    VIRTIO(VIRTIO_QUEUE_PFN) = (uint64)pages / PGSIZE;
}
