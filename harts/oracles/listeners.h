// A machine has one listener of each sort; where several oracles want to be it, these pass on what
// comes.
#pragma once
#include <vector>

#include "harts/core/hart_events.h"
#include "harts/machine/machine.h"

namespace stampede {

class AllEvents final : public HartEvents {
public:
    // In the order in which they hear.
    explicit AllEvents(std::vector<HartEvents*> listeners) : listeners_(std::move(listeners)) {}

    void on_trap(const HartState& state, u64 cause, u64 tval, Privilege to) override {
        for (HartEvents* const listener : listeners_) {
            listener->on_trap(state, cause, tval, to);
        }
    }
    void on_trap_return(const HartState& state) override {
        for (HartEvents* const listener : listeners_) {
            listener->on_trap_return(state);
        }
    }
    void on_satp(const HartState& state, u64 satp) override {
        for (HartEvents* const listener : listeners_) {
            listener->on_satp(state, satp);
        }
    }
    void on_device_misuse(const HartState& state, std::string_view device,
                          std::string_view misuse) override {
        for (HartEvents* const listener : listeners_) {
            listener->on_device_misuse(state, device, misuse);
        }
    }

private:
    const std::vector<HartEvents*> listeners_;
};

class AllTurns final : public TurnListener {
public:
    explicit AllTurns(std::vector<TurnListener*> listeners) : listeners_(std::move(listeners)) {}

    void on_turn(HartId hart) override {
        for (TurnListener* const listener : listeners_) {
            listener->on_turn(hart);
        }
    }
    void on_turns_over() override {
        for (TurnListener* const listener : listeners_) {
            listener->on_turns_over();
        }
    }

private:
    const std::vector<TurnListener*> listeners_;
};

}  // namespace stampede
