// Which accesses have met across harts: what a fuzzer wants more of besides branches.
//
// A meeting: a hart accesses eight bytes that another hart accessed last, and one of the two is a store. It counts by the two instructions and
// their order, after "alias coverage" (Xu et al., KRACE, IEEE S&P 2020). Supervisor mode's accesses only, atomic ones among them; of hardware
// (page table walks) none, and none that takes the fast way by the stack pointer: a stack is one hart's.
#pragma once
#include <span>
#include <vector>

#include "harts/core/hart.h"

namespace stampede {

class InterleavingCoverage {
public:
    // `end`: of the kernel's image in RAM; words behind it do not count, for frames are mostly copied and cleared, and would take half of the time that all
    // this does. `counters`: a power of two of bytes; a meeting's number is a hash, so that some share one. Counters stop at `most`. For all of `harts`; it
    // must outlive their running.
    InterleavingCoverage(PhysAddr end, std::span<u8> counters, std::span<Hart* const> harts);

    // No access from before meets one from now on. Harts parked.
    void begin_run();

    // Of `hart`, at `at` in RAM.
    static void note(Hart& hart, u64 pc, PhysAddr at, bool store) { note(hart, pc, at.value - ram_base.value, store); }
    static void note(Hart& hart, u64 pc, const void* at, bool store) {
        note(hart, pc, reinterpret_cast<u64>(at) - hart.watch.ram, store);
    }

private:
    static constexpr u8 most = 4;
    static constexpr unsigned places = 1 << 14;   // words remembered; two that share one make each other forgotten

    // One access, in a word that is read and written as one: pc (its low bits) 24 bits, store 1, hart 6, run 9, word 24.
    static constexpr u64 instruction = (u64{1} << 24) - 1, stores = u64{1} << 24, who = u64{1} << 25, run = u64{1} << 31, word = u64{1} << 40;
    static constexpr u64 runs = word / run;

    // Every load and store of a covered kernel comes by here, in the handler of its instruction: registers are scarce.
    [[gnu::always_inline]] static void note(Hart& hart, u64 pc, u64 offset, bool store) {
        const HartWatch& watch = hart.watch;
        if (offset >= watch.meetings_end || hart.own.mode != Privilege::Supervisor) {
            return;
        }
        const u64 now = (pc & instruction) | watch.meeting_self | (store ? stores : 0) | offset / 8 * word;
        u64& place = watch.accesses[offset / 8 % places];
        const u64 before = __atomic_load_n(&place, __ATOMIC_RELAXED);  // relaxed: harts that run at once may miss a meeting
        __atomic_store_n(&place, now, __ATOMIC_RELAXED);
        // Run and word the same, the hart another.
        if ((before ^ now) - who < run - who && ((before | now) & stores) != 0) [[unlikely]] {
            meet(watch, before, now);
        }
    }
    // By a convention in which the callee saves the registers: else every handler begins and ends by saving six.
    [[clang::preserve_most, gnu::noinline]] static void meet(const HartWatch& watch, u64 before, u64 now);

    const std::span<u8> counters_;
    const std::vector<Hart*> harts_;
    std::vector<u64> accesses_;  // by word: the last one
    u64 run_ = 0;
};

}  // namespace stampede
