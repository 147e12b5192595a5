// Time as a machine of that many real cores would have spent it: a cycle an instruction, and what
// the caches' lines cost (cache_lines.h). Each hart has a clock of its own; a schedule that lets
// the one with the least time run next (least_time.h) keeps them together. Repeatable to the digit.
#pragma once
#include <array>
#include <unordered_map>
#include <vector>

#include "harts/core/hart.h"
#include "harts/engine/engine.h"
#include "harts/schedule/emulated_time/cache_lines.h"
#include "harts/schedule/emulated_time/time_keeper.h"

namespace stampede {

// Which lines a hart holds as an access needs them: such an access is fast.
class HeldLines final : public HartWatch {
public:
    static constexpr unsigned place = 1;

    HeldLines() = default;
    // `holders`: by line, a bit a hart; `self`: this one's.
    HeldLines(const u64* holders, u64 self) : holders_(holders), self_(self) {}

    [[nodiscard]] bool have(u64 offset, Access access) const {
        const u64 now = holders_[offset / CacheLines::line_size];
        return access == Access::Write ? now == self_ : (now & self_) != 0;
    }

private:
    const u64* holders_ = nullptr;
    u64 self_ = 0;
};

// The engine whose fast accesses are those.
extern const Engine timing_engine;

// Harts driven by one host thread only; from the first instruction on.
class EmulatedTime final : public ObserverOf<EmulatedTime>, public TimeKeeper {
public:
    static constexpr u64 cycles_per_second = 1'000'000'000;

    EmulatedTime(const Ram& ram, std::vector<Hart*> harts, const CacheCosts& costs);

    // Cycles that `hart` has spent: instructions, waiting for lines, and what it has slept.
    [[nodiscard]] u64 of(HartId hart) const {
        return harts_[hart.value]->own.executed_now() + more_[hart.value];
    }
    // A hart that has slept goes on at `cycles`, if it is not there yet.
    void wake(HartId hart, u64 cycles);
    // `hart` runs now, until its clock is at `limit`: it stops behind the access that brings it
    // there.
    void begin(HartId hart, u64 limit);
    [[nodiscard]] u64 cycles() const override;

    [[nodiscard]] const CacheLines& lines() const { return lines_; }

    // A word that harts wait for: one whose atomic exchange changed nothing, until one by the same
    // hart changes something. A hart that exchanges another word meanwhile did not wait.
    struct Waiting {
        u64 times = 0;
        u64 cycles = 0;  // until then, of all harts
    };
    [[nodiscard]] const std::unordered_map<u64, Waiting>& waited() const {
        return waited_;
    }  // by physical address
    // Lines and waiting.
    void count_anew();

    void on_load(Hart& hart, PhysAddr at, unsigned size, u64 value) override;
    void on_store(Hart& hart, PhysAddr at, unsigned size, u64 value) override;
    void before_atomic(Hart& hart, const AtomicAccess& access) override;
    void after_atomic(Hart& hart, const AtomicAccess& access, u64 old, bool stored) override;

private:
    void use(Hart& hart, PhysAddr at, unsigned size, LineUse use);

    struct Wait {
        u64 word = 0;  // 0: for nothing
        u64 since = 0;
    };

    const std::vector<Hart*> harts_;
    CacheLines lines_;
    std::array<HeldLines, max_harts> held_;
    std::array<u64, max_harts> more_{};  // cycles beside instructions
    u32 running_ = 0;
    u64 limit_ = ~u64{0};
    u64 latest_ = 0;  // the furthest that a hart has come
    std::array<Wait, max_harts> waits_{};
    std::unordered_map<u64, Waiting> waited_;
};

}  // namespace stampede
