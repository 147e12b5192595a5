// What all harts of a machine share.
#pragma once
#include <vector>

#include "harts/base/environment.h"
#include "harts/core/hart_events.h"
#include "harts/devices/bus.h"
#include "harts/devices/clint.h"
#include "harts/memory/dirty_pages.h"
#include "harts/memory/line_versions.h"
#include "harts/memory/page_attributes.h"
#include "harts/memory/ram.h"
#include "harts/memory/reservation_use.h"
#include "harts/memory/revocation.h"

namespace stampede {

struct Hart;
struct Engine;
class Observer;
class FrameWatch;
class TranslationWatch;
class CodeMarks;

class MachineContext {
public:
    MachineContext(Ram& ram, Bus& bus, Clint& clint, Environment& environment, unsigned harts)
        : ram(ram),
          bus(bus),
          clint(clint),
          environment(environment),
          attributes(ram),
          reservation_use(ram),
          revocation(attributes, harts) {}

    // Instructions that a hart may run before mtime reaches `deadline`; all ones where time does
    // not depend on instructions.
    [[nodiscard]] u64 instructions_until(u64 deadline) const {
        const u64 offset = clint.time() - environment.time();  // mtime is writable
        return environment.instructions_until(deadline > offset ? deadline - offset : 0);
    }

    // mtime of the earliest device's deadline; all ones: none has one.
    [[nodiscard]] u64 device_deadline() const {
        const u64 deadline = bus.deadline();
        return deadline == Device::never ? deadline : clint.time_at(deadline);
    }
    // Devices whose time has come hear of it. On the thread of hart `by`, between instructions.
    void tick_devices(HartId by) {
        if (const u64 deadline = bus.deadline(); deadline != Device::never) [[unlikely]] {
            if (const u64 now = environment.time(); now >= deadline) {
                bus.tick(by, now);
            }
        }
    }

    Ram& ram;
    Bus& bus;
    Clint& clint;
    Environment& environment;
    PageAttributes attributes;
    ReservationUse reservation_use;
    LineVersions lines;
    Revocation revocation;
    DirtyPages* dirty_pages = nullptr;  // while any page has PageAttributes::clean
    std::vector<Hart*> harts;           // fixed before any hart runs
    GuestCallSink* guest_calls = nullptr;
    HartEvents* events = nullptr;  // null: nobody listens
    FrameWatch* frames = nullptr;  // null: nobody watches frames
    CodeMarks* marks = nullptr;    // null: none
    Observer* observer =
        nullptr;  // null: nobody watches. Fixed, with `engine`, while any hart has decoded code
    const Engine* engine = nullptr;  // that code is decoded for; null only where no hart runs
    TranslationWatch* translations = nullptr;  // null: stale ones are used unseen
    u64 chunk = 20'000;                        // instructions between two looks at the clock
};

}  // namespace stampede
