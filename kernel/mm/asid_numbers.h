// Which tags there are (asid.h).
#pragma once
#include <cstdint>

namespace kernel {

bool have_asids();               // false: every space runs as ASID 0
std::uint64_t fresh_asid_tag();  // never given out before, of this generation; any CPU, interrupts
                                 // off
std::uint64_t asid_generation_now();  // of the tags given out now
std::uint64_t asid_generation_of(std::uint64_t tag);

}  // namespace kernel
