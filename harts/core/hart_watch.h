// What watchers keep with each hart, for the handlers of the engine that they are part of
// (harts/engine/watching.h).
//
// A watcher's state is a type of its own, derived from HartWatch, which names its place. A hart has
// a pointer for each place, so that a handler comes to a watcher's state by one load, and core
// knows none of them.
#pragma once
#include <array>
#include <concepts>

namespace stampede {

class HartWatch {
public:
    virtual ~HartWatch() = default;

protected:
    HartWatch() = default;
    HartWatch(const HartWatch&) = default;
    HartWatch& operator=(const HartWatch&) = default;
};

// `State::place`, below HartWatches::places, is no other watcher's with which it may be together.
template <class State>
concept HasPlace = std::derived_from<State, HartWatch> && requires { State::place; };

// The hart's own; changed by watchers on its thread or while it is parked.
class HartWatches {
public:
    static constexpr unsigned places = 8;

    // It must outlive the hart's running, or be replaced before.
    template <HasPlace State>
    void put(State& state) {
        at_[State::place] = &state;
    }

    // Of a state that has been put: an engine is only used where has() holds for all of its
    // watchers.
    template <HasPlace State>
    [[nodiscard]] State& of() const {
        return static_cast<State&>(*at_[State::place]);
    }
    template <HasPlace State>
    [[nodiscard]] bool has() const {
        return dynamic_cast<State*>(at_[State::place]) != nullptr;
    }

private:
    std::array<HartWatch*, places> at_{};
};

}  // namespace stampede
