// Follows a repeatable schedule turn by turn: counts changes of hart, and looks up now and then.
//
// It looks between two turns and never cuts one short: how often anybody looks must not show in
// what the guest sees.
#pragma once
#include <functional>

#include "harts/machine/machine.h"

namespace stampede {

class TurnWatch final : public TurnListener {
public:
    // `look` is called about every `interval` instructions of all harts together, outside of
    // `next`'s turns, with their number. `next` hears of all turns too; it may be null.
    TurnWatch(const Machine& machine, TurnListener* next, u64 interval,
              std::function<void(u64 executed)> look)
        : machine_(machine), next_(next), interval_(interval), look_(std::move(look)) {}

    void on_turn(HartId hart) override;
    void on_turns_over() override;

    [[nodiscard]] u64 executed() const;  // instructions, by all harts together
    [[nodiscard]] u64 switches() const {
        return switches_;
    }  // turns of another hart than the one before

private:
    const Machine& machine_;
    TurnListener* const next_;
    const u64 interval_;
    const std::function<void(u64)> look_;
    std::optional<u32> last_;
    u64 switches_ = 0;
    u64 looked_at_ = 0;  // instructions at the last look
};

}  // namespace stampede
