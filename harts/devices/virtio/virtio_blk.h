// A virtio block device (virtio 1.2, 5.2).
#pragma once
#include <array>
#include <memory>

#include "harts/devices/virtio/disk.h"
#include "harts/devices/virtio/disk_config.h"
#include "harts/devices/virtio/virtio_device.h"

namespace stampede {

// Reads, writes, flushes, and tells its name; what else is asked gets UNSUPP. Requests may lie in
// buffers of any number and size (2.7.4): what counts is what comes first and last.
class VirtioBlk final : public VirtioDevice {
public:
    // `name`: what "get id" tells, at most 20 characters.
    VirtioBlk(const DiskConfig& config, std::string_view name);

    // Harts parked.
    [[nodiscard]] const Disk& disk() const { return disk_; }

    [[nodiscard]] std::string_view name() const override { return "virtio-blk"; }
    [[nodiscard]] u32 id() const override { return 2; }
    [[nodiscard]] u64 features() const override;
    [[nodiscard]] std::span<const u8> configuration() const override { return capacity_; }
    [[nodiscard]] Result<Served> serve(HartId by, DeviceMemory& memory,
                                       const DescriptorChain& request) override;
    void save(StateWriter& to) const override { disk_.save(to); }
    void restore(StateReader& from) override { disk_.restore(from); }

private:
    // What became of a request: its status byte (5.2.6), the data written to the guest, and what
    // was wrong in it.
    struct Answer {
        u8 status;
        u64 written = 0;
        std::string misuse = {};
    };
    struct Request;
    [[nodiscard]] Answer answer(const Request& request);
    [[nodiscard]] Answer read(const Request& request);
    [[nodiscard]] Answer write(const Request& request);
    [[nodiscard]] Answer tell_name(const Request& request) const;
    [[nodiscard]] std::string why_not(const Request& request, std::string_view verb, u64 data,
                                      u64 other) const;

    static constexpr std::size_t name_size = 20;

    Disk disk_;
    const DiskConfig::Access access_;
    std::array<u8, name_size> name_{};
    std::array<u8, sizeof(u64)> capacity_;  // in sectors; the configuration space begins with it
};

}  // namespace stampede
