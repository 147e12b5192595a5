// Which branches of the kernel have been executed, and which way: what a fuzzer wants more of.
//
// A byte counts for each byte of the kernel's code. Instructions begin at even addresses, so a
// conditional branch has two: its own address for "not taken", the next for "taken". Where a jalr
// leads (a call by pointer, a return) counts at the address it leads to, but where that is a
// branch, which counts by itself. Only supervisor mode counts.
#pragma once
#include <span>
#include <vector>

#include "harts/core/hart.h"
#include "harts/core/observer.h"

namespace stampede {

class BranchCoverage final : public ObserverOf<BranchCoverage>, public HartWatch {
public:
    static constexpr unsigned place = 2;
    // Counters stop here: a fuzzer that is told of more comes to like whatever loops longer.
    static constexpr u8 most = 4;

    // `begin`: the virtual address that the kernel's code, `code`, begins at; `counters` as many
    // bytes as it has. For all of `harts`; it and the counters must outlive their running.
    BranchCoverage(u64 begin, std::span<const std::byte> code, std::span<u8> counters,
                   std::span<Hart* const> harts);

    void on_branch(Hart& hart, u64 pc, Branch branch) override { count_branch(hart, pc, branch); }
    void on_jump(Hart& hart, u64 target) override { count_jump(hart, target); }

    // The same for handlers.
    void count_branch(const Hart& hart, u64 pc, Branch branch) const {
        count(hart, pc - begin_ + static_cast<u64>(branch));
    }
    void count_jump(const Hart& hart, u64 target) const {
        const u64 offset = target - begin_;
        if (offset < counters_.size() && !is_branch_[offset]) {
            count(hart, offset);
        }
    }

private:
    void count(const Hart& hart, u64 offset) const {
        if (offset < counters_.size() && hart.own.mode == Privilege::Supervisor) {
            u8& counter = counters_[offset];
            // relaxed: a lost count is one less of many
            const u8 now = __atomic_load_n(&counter, __ATOMIC_RELAXED);
            __atomic_store_n(&counter, static_cast<u8>(now + (now < most ? 1 : 0)),
                             __ATOMIC_RELAXED);
        }
    }

    const u64 begin_;
    const std::span<u8> counters_;
    const std::vector<bool> is_branch_;  // by offset into the code
};

// A watcher (engine/watching.h).
struct Branches {
    using State = BranchCoverage;
    static void on_branch(Hart& hart, u64 pc, Branch branch) {
        hart.watches.of<BranchCoverage>().count_branch(hart, pc, branch);
    }
    static void on_jump(Hart& hart, u64 target) {
        hart.watches.of<BranchCoverage>().count_jump(hart, target);
    }
};

}  // namespace stampede
