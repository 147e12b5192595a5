// Platform-level interrupt controller (RISC-V PLIC specification 1.0.0) as QEMU's virt has it: 95
// sources, priorities 0 to 7, and for each hart h two contexts, 2h for machine and 2h+1 for
// supervisor mode.
#pragma once
#include <array>
#include <memory>

#include "harts/base/futex.h"
#include "harts/devices/board.h"

namespace stampede {

inline constexpr u32 plic_sources = 96;  // with source 0, which does not exist

using PlicBits = std::array<u32, plic_sources / 32>;  // one bit a source

struct PlicState {
    std::array<u8, plic_sources> priority{};  // 0 (never interrupts) to 7
    PlicBits level{};                         // the devices' lines
    PlicBits pending{};
    PlicBits claimed{};  // claimed and not completed: the gateway forwards nothing
    std::array<PlicBits, 2 * max_harts> enable{};  // by context
    std::array<u8, 2 * max_harts> threshold{};     // by context
    friend bool operator==(const PlicState&, const PlicState&) = default;
};

// Where the specification and QEMU differ: a threshold masks claims too (QEMU); any context may
// complete any source (QEMU); a line that is still high when its source is completed is pending
// again, and enabling a source takes effect at once (specification; QEMU 7.2 waits for the device's
// next change, so devices that kernels do not acknowledge pulse here). Registers are accessed by 4
// bytes, all else faults; reserved ones read 0 and ignore writes. Locks: a device may hold its own
// lock while it calls set_level(); InterruptLines::drive() is called under the PLIC's lock and must
// not come back to a device.
class Plic final : public Device {
public:
    // `harts`: 1 to max_harts. `lines` must outlive it.
    Plic(unsigned harts, InterruptLines& lines);
    // Board::plic is it.
    [[nodiscard]] static std::unique_ptr<Device> make(Board& board, u32 interrupt);

    // A device's line, level-triggered. `source`: 1 to plic_sources - 1. Any thread.
    void set_level(u32 source, Level level);
    // One request of a source, whatever its line: as an edge-triggered gateway has it, a request
    // that comes while the source is served waits for the completion, and more of them are one.
    void pulse(u32 source);

    [[nodiscard]] std::string_view name() const override { return "plic"; }
    [[nodiscard]] std::optional<u64> load(HartId from, u64 offset, unsigned size) override;
    [[nodiscard]] bool store(HartId from, u64 offset, unsigned size, u64 value) override;
    void save(StateWriter& to) const override;
    void restore(StateReader& from) override;
    [[nodiscard]] DeviceNode describe() const override;

    // Whole state; setting it drives every line of every hart. Harts parked.
    [[nodiscard]] PlicState state() const;
    void set_state(const PlicState& state);

private:
    enum class Redrive : u8 { Changed, All };

    [[nodiscard]] unsigned contexts() const { return 2 * harts_; }
    // The enabled, pending source of the highest priority above the context's threshold, the lowest
    // number first; 0: none.
    [[nodiscard]] u32 best_locked(u32 context) const REQUIRES(lock_);
    [[nodiscard]] u32 claim_locked(u32 context) REQUIRES(lock_);
    void complete_locked(u32 source) REQUIRES(lock_);
    // The gateway: a high line becomes pending unless its source is being served.
    void forward_locked(u32 source) REQUIRES(lock_);
    void drive_locked(Redrive which) REQUIRES(lock_);
    [[nodiscard]] u32 load_context_locked(u32 context, u64 offset) REQUIRES(lock_);
    void store_context_locked(u32 context, u64 offset, u32 value) REQUIRES(lock_);

    const unsigned harts_;
    InterruptLines& lines_;
    mutable FutexLock lock_;
    PlicState state_ GUARDED_BY(lock_);
    // what each context's line was last driven to
    std::array<Level, 2 * max_harts> driven_ GUARDED_BY(lock_){};
};

}  // namespace stampede
