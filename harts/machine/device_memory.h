// How devices of a running machine reach its RAM.
#pragma once
#include "harts/core/machine_context.h"
#include "harts/devices/board.h"

namespace stampede {

class MachineMemory final : public DeviceMemory {
public:
    // `machine` may be made later, before a device stores.
    explicit MachineMemory(MachineContext& machine) : machine_(machine) {}

    [[nodiscard]] bool store(HartId by, PhysAddr to, std::span<const u8> bytes) override;
    [[nodiscard]] bool load(PhysAddr from, std::span<u8> bytes) const override;
    [[nodiscard]] bool contains(PhysAddr at, u64 size) const override {
        return machine_.ram.contains(at, size);
    }

private:
    MachineContext& machine_;
};

}  // namespace stampede
