// The program that the executor in the guest is given: what it fetches, and that its code stays
// there.
#pragma once
#include <string>

#include "fuzz/program/program.h"
#include "harts/core/hart_events.h"

namespace stampede {
class GuestEvents;
}

namespace stampede::fuzz {

class GivenProgram final : public HartEvents {
public:
    // Before the machine runs: who hands it out, and hears that its code is missing.
    void set_events(GuestEvents& events) { events_ = &events; }
    // Harts parked.
    void give(const Program& program);

    // Programs that do not jump never leave their code, and sbrk does not reach it: it can only be
    // missing.
    void on_trap(const HartState& state, u64 cause, u64 tval, Privilege to) override;

private:
    GuestEvents* events_ = nullptr;
    std::string image_;
    bool leaves_its_code_ = false;
};

}  // namespace stampede::fuzz
