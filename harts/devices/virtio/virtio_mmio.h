// A slot of virtio-mmio (virtio 1.2, 4.2): the registers by which a driver finds what stands
// behind them, and hands it its virtqueue.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "harts/base/futex.h"
#include "harts/devices/board.h"
#include "harts/devices/virtio/disk_config.h"
#include "harts/devices/virtio/virtio_device.h"

namespace stampede {

// Either version's registers, read and written by 4 bytes; an access of 8 is two of 4, of smaller
// ones a load gives 0 and a store is ignored. The configuration space takes any size. From 0x200 on
// all faults. (As on QEMU, like what is read where nothing stands behind: magic, version and
// vendor, else 0.)
//
// What a driver notifies is served at once, by the hart that stores, or `latency` ticks later. Each
// time it raises an interrupt that is a pulse at the PLIC: there are drivers that never
// acknowledge, and QEMU 7.2 interrupts them once a completion too.
//
// A driver that breaks the rules of virtqueues is told of (Board::misused), and is not served any
// more until it resets the device: DEVICE_NEEDS_RESET (2.1), in both versions.
class VirtioMmio final : public Device {
public:
    // `behind`: null where the slot is empty. `interrupt`: its source at the PLIC. The board must
    // outlive it.
    VirtioMmio(Board& board, u32 interrupt, VirtioVersion version,
               std::unique_ptr<VirtioDevice> behind, u64 latency = 0);
    // The board's slot of this number, with its disk where it has one: then Board::disks has it.
    [[nodiscard]] static std::unique_ptr<Device> make(Board& board, u32 interrupt, unsigned slot);

    [[nodiscard]] std::string_view name() const override {
        return behind_ != nullptr ? behind_->name() : "virtio";
    }
    [[nodiscard]] std::optional<u64> load(HartId from, u64 offset, unsigned size) override;
    [[nodiscard]] bool store(HartId from, u64 offset, unsigned size, u64 value) override;
    void save(StateWriter& to) const override;
    void restore(StateReader& from) override;
    [[nodiscard]] DeviceNode describe() const override;
    [[nodiscard]] u64 deadline() const override { return due_.load(std::memory_order_acquire); }
    void tick(HartId by, u64 now) override;

private:
    // All that the driver has set, and how far its queue is served.
    struct Registers {
        u64 driver_features = 0;
        u64 descriptors = 0, available = 0, used = 0;  // modern drivers'
        u32 status = 0, interrupt = 0;
        u32 device_features_select = 0, driver_features_select = 0;
        u32 queue_select = 0, queue_size = 0, queue_ready = 0;
        u32 page_size = 0, queue_align = 4096, queue_page = 0;  // legacy drivers'
        u32 notifier = 0;                                       // who notified, if served later
        u16 next_available = 0, next_used = 0;
    };

    [[nodiscard]] bool is_legacy() const { return version_ == VirtioVersion::Legacy; }
    [[nodiscard]] u64 features() const;
    [[nodiscard]] u32 load_locked(u64 offset) const REQUIRES(lock_);
    void store_locked(u64 offset, u32 value) REQUIRES(lock_);
    void store_queue_locked(u64 offset, u32 value) REQUIRES(lock_);
    void store_status_locked(u32 value) REQUIRES(lock_);
    void stop_queue_locked() REQUIRES(lock_);

    void notified(HartId by) EXCLUDES(lock_);
    using Misuses = std::vector<std::string>;
    void serve(HartId by) EXCLUDES(lock_);
    [[nodiscard]] bool serve_once(HartId by, Misuses& misuses) EXCLUDES(lock_);
    [[nodiscard]] Result<void> serve_queue(HartId by, Virtqueue& queue, Misuses& misuses)
        EXCLUDES(lock_);
    [[nodiscard]] bool may_serve_locked() const REQUIRES(lock_);
    [[nodiscard]] Result<Virtqueue> queue_locked() const REQUIRES(lock_);
    void interrupt_locked(u32 why) REQUIRES(lock_);

    Board& board_;
    const u32 source_;
    const VirtioVersion version_;
    const std::unique_ptr<VirtioDevice> behind_;  // used by whoever serves
    const u64 latency_;

    // Held while the PLIC is told, never the other way round, and never while RAM is stored to.
    mutable FutexLock lock_;
    Registers registers_ GUARDED_BY(lock_);
    // One hart serves at a time; who notifies meanwhile leaves that to it.
    bool serving_ GUARDED_BY(lock_) = false, asked_ GUARDED_BY(lock_) = false;
    u64 resets_ GUARDED_BY(lock_) = 0;
    // Environment::time() at which to serve; never: nobody has notified. Written under lock_, read
    // by whoever looks for the next deadline. release/acquire: its reader finds the notification.
    std::atomic<u64> due_{never};
};

}  // namespace stampede
