// Goldfish's real-time clock, as QEMU's virt has it: the time of day and an alarm.
#pragma once
#include <atomic>
#include <functional>
#include <memory>

#include "harts/base/environment.h"
#include "harts/base/futex.h"
#include "harts/devices/board.h"
#include "harts/devices/plic.h"

namespace stampede {

// Registers of 4 bytes; an access of 8 is two of 4, the lower one first; all else faults (as on
// QEMU). Times are nanoseconds since 1970, in two halves:
//
//     0x00 TIME_LOW, 0x04 TIME_HIGH    reading the low half keeps the high one for the next read;
//                                      writing either sets the clock
//     0x08 ALARM_LOW, 0x0c ALARM_HIGH  writing the low half sets the alarm; one that is not in the
//                                      future goes off at once
//     0x10 IRQ_ENABLED                 bit 0: the alarm's interrupt reaches the PLIC
//     0x14 CLEAR_ALARM                 any write: no alarm is set any more
//     0x18 ALARM_STATUS                reads 1 while an alarm is set that has not gone off
//     0x1c CLEAR_INTERRUPT             any write takes the interrupt back
//
// An alarm that is set goes off when it would have, however the clock is set meanwhile (as on
// QEMU). The clock is the environment's, in steps of 100 ns: where that is repeatable, so is this.
// mtime may be written and changes nothing here.
class GoldfishRtc final : public Device {
public:
    // `epoch`: nanoseconds since 1970 when the environment's time was 0. `source`: its line at the
    // PLIC. `deadline_changed` is called with no lock held. Everything must outlive it.
    GoldfishRtc(Environment& environment, Plic& plic, u32 source, u64 epoch,
                std::function<void()> deadline_changed);
    [[nodiscard]] static std::unique_ptr<Device> make(Board& board, u32 interrupt);

    [[nodiscard]] std::string_view name() const override { return "rtc"; }
    [[nodiscard]] std::optional<u64> load(HartId from, u64 offset, unsigned size) override;
    [[nodiscard]] bool store(HartId from, u64 offset, unsigned size, u64 value) override;
    void save(StateWriter& to) const override;
    void restore(StateReader& from) override;
    [[nodiscard]] DeviceNode describe() const override;
    [[nodiscard]] u64 deadline() const override {
        return goes_off_at_.load(std::memory_order_acquire);
    }
    void tick(HartId by, u64 now) override;

private:
    // `now`: Environment::time(), read once an access.
    [[nodiscard]] u64 clock_locked(u64 now) const REQUIRES(lock_);
    void set_alarm_locked(u64 now) REQUIRES(lock_);
    void go_off_locked() REQUIRES(lock_);
    void go_off_if_due_locked(u64 now) REQUIRES(lock_);
    void update_line_locked() REQUIRES(lock_);
    [[nodiscard]] u32 load_locked(u64 now, u64 offset) REQUIRES(lock_);
    void store_locked(u64 now, u64 offset, u32 value) REQUIRES(lock_);

    Environment& environment_;
    Plic& plic_;
    const u32 source_;
    const u64 epoch_;
    const std::function<void()> deadline_changed_;

    // Held while the PLIC is told, never the other way round.
    mutable FutexLock lock_;
    u64 set_by_ GUARDED_BY(lock_) = 0;     // nanoseconds by which the guest has set the clock ahead
    u64 alarm_ GUARDED_BY(lock_) = 0;      // the registers
    u32 high_half_ GUARDED_BY(lock_) = 0;  // kept for TIME_HIGH
    u32 enabled_ GUARDED_BY(lock_) = 0;
    u32 pending_ GUARDED_BY(lock_) = 0;
    // Environment::time(); never: no alarm is set. Written under lock_, read by whoever looks for
    // the next deadline. release/acquire: its reader finds the alarm.
    std::atomic<u64> goes_off_at_{never};
};

}  // namespace stampede
