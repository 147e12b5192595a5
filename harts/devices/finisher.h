// SiFive's test finisher: one register by which the guest ends the machine.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "harts/base/futex.h"
#include "harts/devices/board.h"

namespace stampede {

enum class FinishKind : u8 { Passed, Failed, Reset };

struct Finish {
    FinishKind kind = FinishKind::Passed;
    u16 status = 0;  // what the guest gave with Failed, 0 included; 0 otherwise

    // One number for it: 0 only when passed. A failure that gives status 0 counts as 1; a reset is
    // `reset_exit_status`, which no guest can give.
    static constexpr u32 reset_exit_status = 0x1'0000;
    [[nodiscard]] constexpr u32 exit_status() const {
        switch (kind) {
        case FinishKind::Passed: return 0;
        case FinishKind::Failed: return status != 0 ? status : 1;
        case FinishKind::Reset: return reset_exit_status;
        }
        __builtin_unreachable();
    }
    friend bool operator==(const Finish&, const Finish&) = default;
};

struct FinisherState {
    std::optional<Finish> finish;
    friend bool operator==(const FinisherState&, const FinisherState&) = default;
};

// A write of 2 or 4 bytes to offset 0 ends the machine: low half 0x5555 passed, 0x3333 failed with
// the upper half as status, 0x7777 a reset. The first one wins. Other values and offsets are
// ignored, reads give 0; accesses of 1 or 8 bytes fault (as on QEMU).
class Finisher final : public Device {
public:
    // `on_finish` is called once for the first write that ends the machine, on that hart's thread,
    // without a lock held.
    explicit Finisher(std::function<void(HartId, const Finish&)> on_finish)
        : on_finish_(std::move(on_finish)) {}
    [[nodiscard]] static std::unique_ptr<Device> make(Board& board, u32 interrupt);

    // Any thread.
    [[nodiscard]] std::optional<Finish> finished() const { return state().finish; }

    [[nodiscard]] std::string_view name() const override { return "finisher"; }
    [[nodiscard]] std::optional<u64> load(HartId from, u64 offset, unsigned size) override;
    [[nodiscard]] bool store(HartId from, u64 offset, unsigned size, u64 value) override;
    void save(StateWriter& to) const override;
    void restore(StateReader& from) override;
    [[nodiscard]] DeviceNode describe() const override;

    // Setting it calls nobody. Harts parked.
    [[nodiscard]] FinisherState state() const;
    void set_state(const FinisherState& state);

private:
    const std::function<void(HartId, const Finish&)> on_finish_;
    mutable FutexLock lock_;
    FinisherState state_ GUARDED_BY(lock_);
};

}  // namespace stampede
