// A kernel booted for a point of the report, and what its programs count.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/scalability/measurement.h"
#include "harts/base/futex.h"
#include "harts/machine/machine.h"
#include "harts/oracles/guest/guest_symbols.h"

namespace stampede::bench {

// The last lines of the guest's console, for errors.
class LastLines final : public Console {
public:
    void put(u8 byte) override;
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

// Remembers that a program said its own checks failed: then its counts mean nothing.
class FailureListener : public GuestCallSink {
public:
    void on_check_failed(const HartState&, std::string_view text) final;
    // What the first one said. Harts parked.
    [[nodiscard]] std::optional<std::string> failure() const;

private:
    mutable FutexLock lock_;
    std::optional<std::string> first_ GUARDED_BY(lock_);
};

struct Booted {
    ElfImage kernel;
    std::unique_ptr<LastLines> console;
    std::unique_ptr<Machine> machine;
};

// With `sink` for its guest calls.
[[nodiscard]] Result<Booted> boot(const Point& point, unsigned copies, TimeMode time,
                                  GuestCallSink& sink);

// Error: a program's check failed, named as in stopped().
[[nodiscard]] Result<void> sound(const Point& point, const FailureListener& listener);

// "kmem, forkbomb, 8 harts: the guest ended, and last it said: …"
[[nodiscard]] Error stopped(const Point& point, const Booted& booted, MachineStop why);

}  // namespace stampede::bench
