// Where in the guest's memory an address lies, for people.
#pragma once
#include <string>

#include "harts/oracles/guest/guest_events.h"
#include "harts/oracles/guest/guest_symbols.h"

namespace stampede {

// Of the kernel's image by name, else by frame and its owner: "kernel::counts+0x18", "frame 129
// (user)+0x10". Harts parked.
[[nodiscard]] std::string address_text(const GuestEvents& events, const GuestSymbols& symbols,
                                       PhysAddr at);

}  // namespace stampede
