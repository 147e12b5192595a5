// What stands behind a virtio transport: that of a device which is of its kind.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "harts/base/error.h"
#include "harts/devices/device_state.h"
#include "harts/devices/virtio/virtqueue.h"

namespace stampede {

// Has one virtqueue. Its transport serialises all calls.
class VirtioDevice {
public:
    // A request that was done, as far as it could be.
    struct Served {
        u32 written = 0;     // bytes of the writable buffers, from their first on
        std::string misuse;  // what of it no driver may ask, and what it may; empty: nothing
    };

    virtual ~VirtioDevice() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;
    [[nodiscard]] virtual u32 id() const = 0;        // virtio 1.2, 5
    [[nodiscard]] virtual u64 features() const = 0;  // beside those of the transport
    // The configuration space, as far as it has any; fixed.
    [[nodiscard]] virtual std::span<const u8> configuration() const = 0;

    // Does what the driver asks. Error: cannot be answered at all, in one sentence of what was
    // found and what was expected. On the thread of hart `by`, no lock of a device held.
    [[nodiscard]] virtual Result<Served> serve(HartId by, DeviceMemory& memory,
                                               const DescriptorChain& request) = 0;

    virtual void save(StateWriter& to) const = 0;
    virtual void restore(StateReader& from) = 0;
};

}  // namespace stampede
