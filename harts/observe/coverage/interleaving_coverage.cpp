#include "harts/observe/coverage/interleaving_coverage.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "harts/core/machine_context.h"

namespace stampede {

InterleavingCoverage::InterleavingCoverage(PhysAddr end, std::span<u8> counters, std::span<Hart* const> harts)
    : counters_(counters), harts_(harts.begin(), harts.end()), accesses_(places) {
    assert(std::has_single_bit(counters.size()));
    for (Hart* hart : harts_) {
        hart->watch.meetings = this;
        hart->watch.meetings_end = end.value - ram_base.value;
        hart->watch.accesses = accesses_.data();
        hart->watch.ram = reinterpret_cast<u64>(hart->machine.ram.host(ram_base));
    }
    begin_run();
}

void InterleavingCoverage::begin_run() {
    if (++run_ == runs) {
        std::ranges::fill(accesses_, u64{0});
        run_ = 1;
    }
    for (Hart* hart : harts_) {
        hart->watch.meeting_self = hart->own.id.value * who + run_ * run;
    }
}

void InterleavingCoverage::meet(const HartWatch& watch, u64 before, u64 now) {
    const auto& counters = static_cast<const InterleavingCoverage*>(watch.meetings)->counters_;
    const u64 pair = (before & instruction) << 24 | (now & instruction);
    u8& counter = counters[(pair * 0x9e37'79b9'7f4a'7c15) >> 32 & (counters.size() - 1)];
    const u8 seen = __atomic_load_n(&counter, __ATOMIC_RELAXED);  // relaxed: a lost count is one less of a few
    __atomic_store_n(&counter, static_cast<u8>(seen + (seen < most ? 1 : 0)), __ATOMIC_RELAXED);
}

}  // namespace stampede
