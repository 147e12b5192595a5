#include "harts/observe/interleaving_coverage.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "harts/core/machine_context.h"

namespace stampede {

InterleavingCoverage::InterleavingCoverage(u64 code, PhysAddr end, std::span<u8> counters, std::span<Hart* const> harts)
    : code_(code), counters_(counters), last_(places) {
    assert(std::has_single_bit(counters.size()));
    for (Hart* hart : harts) {
        hart->watch.interleavings = this;
        hart->watch.interleaving_end = end.value - ram_base.value;
        hart->watch.ram = reinterpret_cast<u64>(hart->machine.ram.host(ram_base));
    }
}

void InterleavingCoverage::begin_run() {
    if (++run_ == runs) {
        std::ranges::fill(last_, u64{0});
        run_ = 1;
    }
}

void InterleavingCoverage::meet(u64 before, u64 now) {
    constexpr u64 instruction = (u64{1} << 24) - 1;
    const u64 pair = (before & instruction) << 24 | (now & instruction);
    u8& counter = counters_[(pair * 0x9e37'79b9'7f4a'7c15) >> 32 & (counters_.size() - 1)];
    const u8 seen = __atomic_load_n(&counter, __ATOMIC_RELAXED);  // relaxed: a lost count is one less of a few
    __atomic_store_n(&counter, static_cast<u8>(seen + (seen < most ? 1 : 0)), __ATOMIC_RELAXED);
}

}  // namespace stampede
