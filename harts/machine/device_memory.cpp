#include "harts/machine/device_memory.h"

#include <atomic>
#include <cstring>

#include "harts/access/guest_store.h"
#include "harts/access/host_access.h"

namespace stampede {

bool MachineMemory::store(HartId by, PhysAddr to, std::span<const u8> bytes) {
    Hart& hart = *machine_.harts[by.value];
    // Nobody waits for a hart that waits for an interrupt: on its thread too this is anybody's
    // store. relaxed: only this thread writes it.
    const bool runs = hart.shared.safe_point.running.load(std::memory_order_relaxed) != 0;
    return guest_store(machine_, to, bytes, runs ? &hart : nullptr).has_value();
}

bool MachineMemory::load(PhysAddr from, std::span<u8> bytes) const {
    if (!machine_.ram.contains(from, bytes.size())) {
        return false;
    }
    while (!bytes.empty()) {
        unsigned size = 8;
        while (size > bytes.size() || from.value % size != 0) {
            size /= 2;
        }
        const u64 value = load_host(machine_.ram.host(from), size);
        std::memcpy(bytes.data(), &value, size);
        from = from + size;
        bytes = bytes.subspan(size);
    }
    std::atomic_thread_fence(std::memory_order_acquire);  // later loads come after this one
    return true;
}

}  // namespace stampede
