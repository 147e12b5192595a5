// Where QEMU's virt has its PCI Express host: a bus on which nothing is.
#pragma once
#include <functional>
#include <memory>

#include "harts/devices/board.h"

namespace stampede {

// Loads give ones in all bits and stores are ignored, at any size (PCI Express base specification,
// 2.3.1: requests that nobody completes; as on QEMU). In the configuration space that is how a
// driver learns that no function is there. In the memory window nobody has placed anything, so a
// guest that comes there has a wrong pointer: told as a misuse.
class PcieWindow final : public Device {
public:
    enum class Kind : u8 { Configuration, Memory };
    using Misused = std::function<void(HartId, std::string_view misuse)>;

    PcieWindow(Kind kind, Misused misused) : kind_(kind), misused_(std::move(misused)) {}
    template <Kind kind>
    [[nodiscard]] static std::unique_ptr<Device> make(Board& board, u32) {
        return make_of(kind, board);
    }

    [[nodiscard]] std::string_view name() const override { return "pcie"; }
    [[nodiscard]] std::optional<u64> load(HartId from, u64 offset, unsigned size) override;
    [[nodiscard]] bool store(HartId from, u64 offset, unsigned size, u64 value) override;
    void save(StateWriter&) const override {}
    void restore(StateReader&) override {}
    // No node: there is nothing to drive.
    [[nodiscard]] DeviceNode describe() const override { return {}; }

private:
    [[nodiscard]] static std::unique_ptr<Device> make_of(Kind kind, Board& board);

    const Kind kind_;
    const Misused misused_;
};

}  // namespace stampede
