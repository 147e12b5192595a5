// Which accesses have met across harts: what a fuzzer wants more of besides branches.
//
// A meeting: a hart accesses eight bytes that another hart accessed last, and one of the two is a
// store. It counts by the two instructions and their order, after "alias coverage" (Xu et al.,
// KRACE, IEEE S&P 2020). Supervisor mode's accesses only, atomic ones among them; of hardware (page
// table walks) none, and none that takes the fast way by the stack pointer: a stack is one hart's.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "harts/core/hart.h"
#include "harts/core/observer.h"
#include "harts/engine/watching.h"

namespace stampede {

// What handlers read and write of it: a hart's own, but for the accesses and counters.
class MeetingWatch final : public HartWatch {
public:
    static constexpr unsigned place = 3;

    // By `hart`, `offset` bytes into RAM. Every load and store of a covered kernel comes by here,
    // in the handler of its instruction: registers are scarce.
    [[gnu::always_inline]] void note(const Hart& hart, u64 pc, u64 offset, bool store) {
        if (offset >= end_ || hart.own.mode != Privilege::Supervisor) {
            return;
        }
        const u64 now = (pc & instruction) | self_ | (store ? stores : 0) | offset / 8 * word;
        u64& place = accesses_[offset / 8 % places];
        // relaxed: harts that run at once may miss a meeting
        const u64 before = __atomic_load_n(&place, __ATOMIC_RELAXED);
        __atomic_store_n(&place, now, __ATOMIC_RELAXED);
        // Run and word the same, the hart another.
        if ((before ^ now) - who < run - who && ((before | now) & stores) != 0) [[unlikely]] {
            meet(hart, before, now);
        }
    }

private:
    friend class InterleavingCoverage;
    // words remembered; two that share one make each other forgotten
    static constexpr unsigned places = 1 << 14;

    // One access, in a word that is read and written as one: pc (its low bits) 24 bits, store 1,
    // hart 6, run 9, word 24.
    static constexpr u64 instruction = (u64{1} << 24) - 1, stores = u64{1} << 24,
                         who = u64{1} << 25, run = u64{1} << 31, word = u64{1} << 40;
    static constexpr u64 runs = word / run;

    // By a convention in which the callee saves the registers: else every handler begins and ends
    // by saving six.
    [[clang::preserve_most, gnu::noinline]] static void meet(const Hart& hart, u64 before, u64 now);

    u64 end_ = 0;              // meetings are counted for bytes of RAM below this offset
    u64 self_ = 0;             // what they know this hart by
    u64* accesses_ = nullptr;  // by word: the last one
    std::span<u8> counters_;
};

class InterleavingCoverage final : public ObserverOf<InterleavingCoverage> {
public:
    // `end`: of the kernel's image in RAM; words behind it do not count, for frames are mostly
    // copied and cleared, and would take half of the time that all this does. `counters`: a power
    // of two of bytes; a meeting's number is a hash, so that some share one. Counters stop at 4.
    // For all of `harts`; it must outlive their running.
    InterleavingCoverage(PhysAddr end, std::span<u8> counters, std::span<Hart* const> harts);

    // No access from before meets one from now on. Harts parked.
    void begin_run();

    void on_load(Hart& hart, PhysAddr at, unsigned size, u64 value) override;
    void on_store(Hart& hart, PhysAddr at, unsigned size, u64 value) override;
    void before_atomic(Hart& hart, const AtomicAccess& access) override;
    void after_atomic(Hart& hart, const AtomicAccess& access, u64 old, bool stored) override;

private:
    void note(Hart& hart, PhysAddr at, bool store);

    const std::vector<Hart*> harts_;
    std::vector<u64> accesses_;
    std::array<MeetingWatch, max_harts> watches_;
    u64 run_ = 0;
};

// A watcher (engine/watching.h). Atomic instructions may stay fast, and a stack is one hart's.
struct Meetings {
    using State = MeetingWatch;
    using LeavesAtomics = void;
    using LeavesStack = void;
    static void load(Hart& hart, const FastAccess& access) {
        hart.watches.of<MeetingWatch>().note(hart, access.pc, access.offset, false);
    }
    static void store(Hart& hart, const FastAccess& access) {
        hart.watches.of<MeetingWatch>().note(hart, access.pc, access.offset, true);
    }
};

}  // namespace stampede
