// A kernel booted for a point of the report, and what its programs count.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "bench/scalability/measurement.h"
#include "harts/machine/machine.h"
#include "harts/verdict/guest_symbols.h"

namespace stampede::bench {

// The last lines of the guest's console, for errors.
class LastLines final : public Console {
public:
    void put(u8 byte) override;
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

struct Booted {
    ElfImage kernel;
    std::unique_ptr<LastLines> console;
    std::unique_ptr<Machine> machine;
};

// With `sink` for its guest calls.
[[nodiscard]] Result<Booted> boot(const Point& point, unsigned copies, TimeMode time, GuestCallSink& sink);

// "kmem, forkbomb, 8 harts: the guest ended, and last it said: …"
[[nodiscard]] Error stopped(const Point& point, const Booted& booted, MachineStop why);

}  // namespace stampede::bench
