// Everything that a guest can see and that is not a function of its own state comes through here,
// so that a repeatable schedule replaces this and nothing else.
#pragma once
#include <optional>

#include "harts/base/types.h"

namespace stampede {

class Environment {
public:
    virtual ~Environment() = default;

    // mtime: ticks of 10 MHz since the machine started. Never goes back. Any hart's thread.
    virtual u64 time() = 0;

    // Instructions that the asking hart may run before mtime reaches `deadline`; all ones where
    // time does not depend on instructions.
    virtual u64 instructions_until([[maybe_unused]] u64 deadline) { return ~u64{0}; }

    // How many instructions the hart will have executed when run_ahead() is to be called for it,
    // past `executed`; all ones: never.
    virtual u64 next_run_ahead(HartId, [[maybe_unused]] u64 executed) { return ~u64{0}; }
    // mtime becomes at least `time` and stands still until it would have come there by itself.
    // Where it stands still already, nothing.
    virtual void run_ahead([[maybe_unused]] u64 time) {}

    // The next byte for the console's receiver, if one has come. Called under the UART's lock.
    virtual std::optional<u8> console_input() { return std::nullopt; }

    // Asked once for each store-conditional that would succeed; true fails it (the specification
    // allows that always).
    virtual bool fail_store_conditional(HartId) { return false; }

    // Asked once for each translation that is about to be filled; true leaves it out, so that the
    // next access walks again.
    virtual bool evict_translation(HartId) { return false; }
};

inline constexpr u64 time_frequency = 10'000'000;  // Hz, QEMU virt's timebase

}  // namespace stampede
