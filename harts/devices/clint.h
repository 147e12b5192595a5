// Core-local interruptor: software interrupts and timers of machine mode (RISC-V ACLINT
// specification 1.0: MSWI at 0, MTIMER at 0x4000, together SiFive's CLINT).
#pragma once
#include <array>
#include <atomic>
#include <memory>

#include "harts/base/environment.h"
#include "harts/base/futex.h"
#include "harts/devices/board.h"

namespace stampede {

struct ClintState {
    std::array<u64, max_harts>
        compare{};  // mtimecmp; 0 at reset as on QEMU, so MTIP is pending until it is written
    std::array<u32, max_harts> software{};  // msip: 0 or 1
    u64 time_offset = 0;                    // mtime is the environment's time plus this
    friend bool operator==(const ClintState&, const ClintState&) = default;
};

// Registers, as QEMU virt's: msip is accessed by 4 bytes; mtimecmp and mtime by 4 or 8, either half
// alone; other sizes, and offsets from 0xc000, are access faults; registers of harts that do not
// exist read 0 and ignore writes.
class Clint final : public Device {
public:
    // `harts`: 1 to max_harts. Environment and lines must outlive it.
    Clint(unsigned harts, Environment& environment, InterruptLines& lines);
    // Board::clint is it.
    [[nodiscard]] static std::unique_ptr<Device> make(Board& board, u32 interrupt);

    // mtime, what the `time` CSR reads: ticks of 10 MHz. Any thread, takes no lock.
    [[nodiscard]] u64 time() const;
    // mtime when Environment::time() is `time`. Any thread, takes no lock.
    [[nodiscard]] u64 time_at(u64 time) const {
        return time + time_offset_.load(std::memory_order_acquire);
    }
    // mtimecmp of a hart: MTIP is pending while time() >= timer_compare(). Any thread, takes no
    // lock. Every change is followed by InterruptLines::timer_changed().
    [[nodiscard]] u64 timer_compare(HartId hart) const;

    [[nodiscard]] std::string_view name() const override { return "clint"; }
    [[nodiscard]] std::optional<u64> load(HartId from, u64 offset, unsigned size) override;
    [[nodiscard]] bool store(HartId from, u64 offset, unsigned size, u64 value) override;
    void save(StateWriter& to) const override;
    void restore(StateReader& from) override;
    [[nodiscard]] DeviceNode describe() const override;

    // Whole state; setting it drives every hart's software line and tells every hart's timer. Harts
    // parked.
    [[nodiscard]] ClintState state() const;
    void set_state(const ClintState& state);

private:
    void store_software(u64 index, u64 value);
    void store_compare(u64 index, u64 part, unsigned size, u64 value);
    void store_time(u64 part, unsigned size, u64 value);
    void tell_all_timers();

    const unsigned harts_;
    Environment& environment_;
    InterruptLines& lines_;

    // Serialises writers, so that halves merge and a line ends at the level of its register's last
    // write.
    mutable FutexLock lock_;
    std::array<u32, max_harts> software_ GUARDED_BY(lock_){};
    // Written under lock_; read by any hart without it. acquire/release: a hart that sees the new
    // value sees what the writer did before.
    std::array<std::atomic<u64>, max_harts> compare_{};
    std::atomic<u64> time_offset_{0};
};

}  // namespace stampede
