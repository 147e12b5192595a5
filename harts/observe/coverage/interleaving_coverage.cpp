#include "harts/observe/coverage/interleaving_coverage.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "harts/core/machine_context.h"

namespace stampede {
namespace {

constexpr u8 most = 4;

}  // namespace

void MeetingWatch::meet(const Hart& hart, u64 before, u64 now) {
    const std::span<u8> counters = hart.watches.of<MeetingWatch>().counters_;
    const u64 pair = (before & instruction) << 24 | (now & instruction);
    u8& counter = counters[(pair * 0x9e37'79b9'7f4a'7c15) >> 32 & (counters.size() - 1)];
    // relaxed: a lost count is one less of a few
    const u8 seen = __atomic_load_n(&counter, __ATOMIC_RELAXED);
    __atomic_store_n(&counter, static_cast<u8>(seen + (seen < most ? 1 : 0)), __ATOMIC_RELAXED);
}

InterleavingCoverage::InterleavingCoverage(PhysAddr end, std::span<u8> counters,
                                           std::span<Hart* const> harts)
    : harts_(harts.begin(), harts.end()), accesses_(MeetingWatch::places) {
    assert(std::has_single_bit(counters.size()));
    for (Hart* hart : harts_) {
        MeetingWatch& watch = watches_[hart->own.id.value];
        watch.end_ = end.value - ram_base.value;
        watch.accesses_ = accesses_.data();
        watch.counters_ = counters;
        hart->watches.put(watch);
    }
    begin_run();
}

void InterleavingCoverage::begin_run() {
    if (++run_ == MeetingWatch::runs) {
        std::ranges::fill(accesses_, u64{0});
        run_ = 1;
    }
    for (const Hart* hart : harts_) {
        watches_[hart->own.id.value].self_ =
            hart->own.id.value * MeetingWatch::who + run_ * MeetingWatch::run;
    }
}

void InterleavingCoverage::note(Hart& hart, PhysAddr at, bool store) {
    watches_[hart.own.id.value].note(hart, hart.own.pc, at.value - ram_base.value, store);
}

void InterleavingCoverage::on_load(Hart& hart, PhysAddr at, unsigned, u64) {
    note(hart, at, false);
}
void InterleavingCoverage::on_store(Hart& hart, PhysAddr at, unsigned, u64) {
    note(hart, at, true);
}
void InterleavingCoverage::before_atomic(Hart& hart, const AtomicAccess& access) {
    note(hart, access.at, true);
}
void InterleavingCoverage::after_atomic(Hart& hart, const AtomicAccess& access, u64, bool) {
    if (access.kind == AtomicAccess::Kind::LoadReserved) {
        note(hart, access.at, false);
    }
}

}  // namespace stampede
