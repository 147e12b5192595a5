// Which branches of the kernel have been executed, and which way: what a fuzzer wants more of.
//
// A byte counts for each byte of the kernel's code. Instructions begin at even addresses, so a conditional branch has two: its own address
// for "not taken", the next for "taken". Where a jalr leads (a call by pointer, a return) counts at the address it leads to, but where that
// is a branch, which counts by itself. Only supervisor mode counts.
#pragma once
#include <span>
#include <vector>

#include "harts/engine/engine.h"
#include "harts/core/hart.h"

namespace stampede {

// Engines that see branches: for machines whose scheduling points are not counted, and for those whose are.
extern const Engine covering_engine, covering_counting_engine;

class BranchCoverage final : public Observer {
public:
    // Counters stop here: a fuzzer that is told of more comes to like whatever loops longer.
    static constexpr u8 most = 4;

    // `begin`: the virtual address that the kernel's code, `code`, begins at; `counters` as many bytes as it has. For all of `harts`; it and
    // the counters must outlive their running.
    BranchCoverage(u64 begin, std::span<const std::byte> code, std::span<u8> counters, std::span<Hart* const> harts);

    void on_branch(Hart& hart, u64 pc, Branch branch) override { count_branch(hart, pc, branch); }
    void on_jump(Hart& hart, u64 target) override { count_jump(hart, target); }
    // For interleaving_coverage.h, where there is one.
    void on_load(Hart& hart, PhysAddr at, unsigned size, u64 value) override;
    void on_store(Hart& hart, PhysAddr at, unsigned size, u64 value) override;
    void before_atomic(Hart& hart, const AtomicAccess& access) override;
    void after_atomic(Hart& hart, const AtomicAccess& access, u64 old, bool stored) override;

    // As on_branch() and on_jump(), by the hart's watch.
    static void count_branch(Hart& hart, u64 pc, Branch branch) {
        const auto* self = static_cast<const BranchCoverage*>(hart.watch.branches);
        self->count(hart, pc - self->begin_ + static_cast<u64>(branch));
    }
    static void count_jump(Hart& hart, u64 target) {
        const auto* self = static_cast<const BranchCoverage*>(hart.watch.branches);
        const u64 offset = target - self->begin_;
        if (offset < self->counters_.size() && !self->is_branch_[offset]) {
            self->count(hart, offset);
        }
    }

private:
    void count(const Hart& hart, u64 offset) const {
        if (offset < counters_.size() && hart.own.mode == Privilege::Supervisor) {
            u8& counter = counters_[offset];
            const u8 now = __atomic_load_n(&counter, __ATOMIC_RELAXED);  // relaxed: a lost count is one less of many
            __atomic_store_n(&counter, static_cast<u8>(now + (now < most ? 1 : 0)), __ATOMIC_RELAXED);
        }
    }

    const u64 begin_;
    const std::span<u8> counters_;
    const std::vector<bool> is_branch_;  // by offset into the code
};

}  // namespace stampede
