// What a harness may want to hear from a running hart. Slow paths only; null when nobody listens.
#pragma once
#include <string_view>

#include "harts/base/types.h"

namespace stampede {

struct HartState;

// Called on the hart's own thread, several harts at once; the hart's state may be read during the
// call.
class HartEvents {
public:
    virtual ~HartEvents() = default;

    // A trap is about to be taken: `cause` as in mcause (bit 63: interrupt), `to` the privilege
    // that handles it. The state's pc is the trapped one, x the registers.
    virtual void on_trap(const HartState&, [[maybe_unused]] u64 cause, [[maybe_unused]] u64 tval,
                         [[maybe_unused]] Privilege to) {}
    // sret or mret has been executed; the state is the one returned to.
    virtual void on_trap_return(const HartState&) {}
    // satp now holds `satp`.
    virtual void on_satp(const HartState&, [[maybe_unused]] u64 satp) {}
    // The guest has asked a device for what no driver may ask: one sentence of what was found and
    // what was expected.
    virtual void on_device_misuse(const HartState&, [[maybe_unused]] std::string_view device,
                                  [[maybe_unused]] std::string_view misuse) {}
};

// Calls from the guest's own programs (kernel/abi/guest_calls.h). Called on hart threads, several
// at once.
class GuestCallSink {
public:
    virtual ~GuestCallSink() = default;

    virtual void on_done(const HartState&, [[maybe_unused]] u64 status) {}
    virtual void on_check_failed(const HartState&, [[maybe_unused]] std::string_view text) {}
    virtual void on_count(const HartState&, [[maybe_unused]] u64 operations) {}
    virtual void on_mark(const HartState&, [[maybe_unused]] u64 number) {}
    virtual void on_audit_table(const HartState&, [[maybe_unused]] PhysAddr table) {}
    // What `fetch` delivers, at most `capacity` bytes; empty: nothing.
    virtual std::string_view on_fetch(const HartState&, [[maybe_unused]] u32 capacity) {
        return {};
    }
};

}  // namespace stampede
