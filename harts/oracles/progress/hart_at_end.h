// What a hart was doing when a run ended, for people.
#pragma once
#include <string>

#include "harts/oracles/guest/guest_events.h"
#include "harts/oracles/guest/guest_symbols.h"
#include "harts/oracles/progress/hart_status.h"

namespace stampede {

struct HartAtEnd {
    HartStatus status;
    GuestPlace place;
};

// One line, by name.
[[nodiscard]] std::string describe(const HartAtEnd& hart, const GuestSymbols& symbols);

}  // namespace stampede
