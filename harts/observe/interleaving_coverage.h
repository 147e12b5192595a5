// Which accesses have met across harts: what a fuzzer wants more of besides branches.
//
// A meeting: a hart accesses eight bytes that another hart accessed last, and one of the two is a store. It counts by the two instructions and
// their order, after "alias coverage" (Xu et al., KRACE, IEEE S&P 2020). Supervisor mode's accesses only, atomic ones among them; of hardware
// (page table walks) none.
#pragma once
#include <span>
#include <vector>

#include "harts/core/hart.h"

namespace stampede {

class InterleavingCoverage {
public:
    // `code`: the virtual address that the kernel's code begins at; instructions elsewhere do not count. `end`: of the kernel's image in RAM; words
    // behind it do not count, for frames are mostly copied and cleared, and would take half of the time that all this does. `counters`: a power of two of bytes;
    // a meeting's number is a hash, so that some share one. Counters stop at `most`. For all of `harts`; it must outlive their running.
    InterleavingCoverage(u64 code, PhysAddr end, std::span<u8> counters, std::span<Hart* const> harts);

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
    static constexpr u64 longest_code = u64{1} << 24;

    // One access, in a word that is read and written as one: pc 24 bits, hart 6, store 1, run 9, word 24.
    static constexpr u64 packed(u64 pc, u64 hart, bool store, u64 run, u64 word) {
        return pc | hart << 24 | u64{store} << 30 | run << 31 | word << 40;
    }
    static constexpr u64 runs = 1 << 9;
    static constexpr u64 who = u64{63} << 24, stores = u64{1} << 30, when_and_where = ~u64{0} << 31;

    static void note(Hart& hart, u64 pc, u64 offset, bool store) {
        if (offset < hart.watch.interleaving_end && hart.own.mode == Privilege::Supervisor) {
            static_cast<InterleavingCoverage*>(hart.watch.interleavings)->count(hart.own.id.value, pc, offset / 8, store);
        }
    }

    void count(u64 hart, u64 pc, u64 word, bool store) {
        const u64 offset = pc - code_;
        if (offset >= longest_code) {
            return;
        }
        const u64 now = packed(offset, hart, store, run_, word & 0xff'ffff);
        u64& place = last_[word % places];
        const u64 before = __atomic_load_n(&place, __ATOMIC_RELAXED);  // relaxed: harts that run at once may miss a meeting
        __atomic_store_n(&place, now, __ATOMIC_RELAXED);
        if (((before ^ now) & when_and_where) == 0 && ((before ^ now) & who) != 0 && ((before | now) & stores) != 0) [[unlikely]] {
            meet(before, now);
        }
    }
    void meet(u64 before, u64 now);

    const u64 code_;
    const std::span<u8> counters_;
    std::vector<u64> last_;
    u64 run_ = 1;
};

}  // namespace stampede
