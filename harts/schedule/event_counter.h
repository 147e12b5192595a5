// Counts scheduling points and stops a hart before the one that its turn does not include.
//
// Scheduling points are what PCT's k counts. An instruction is one if it
//   - accesses RAM that several harts touch (by the cache line: touched_lines.h), or a device,
//   - is atomic, or a fence,
//   - traps; an interrupt is one together with the instruction that follows it.
// All else a hart does on its own: where the turn changes between two such points makes no
// difference to anybody. What the page walker reads is not counted.
//
// A hart stops before an access: nothing of the instruction has happened, not even a bit A. Fences
// and traps cannot be put off; they are counted when they happen, and the hart stops before the
// next access instead, which nobody can tell from stopping before the fence.
#pragma once
#include <array>

#include "harts/core/observer.h"
#include "harts/engine/own_pieces.h"
#include "harts/schedule/touched_lines.h"

namespace stampede {

// Of harts that nothing else watches.
extern const Engine counting_engine;

// Harts driven by one host thread only.
class EventCounter final : public ObserverOf<EventCounter> {
public:
    explicit EventCounter(const Ram& ram) : lines_(ram) {}

    // Before a turn of `hart`: it may do `events`.
    void begin(Hart& hart, u64 events);
    // Nothing of `hart` is counted any more, until it begins again.
    static void leave(Hart& hart);
    // After a turn: the events that it did. One more than allowed where the last was a fence or a
    // trap.
    [[nodiscard]] u64 done() const { return done_; }
    // Between turns.
    [[nodiscard]] TouchedLines& lines() { return lines_; }

    bool may_access(Hart& hart, PhysAddr at, unsigned size, Contact contact) override;
    bool may_fetch(Hart& hart) override;
    void on_fence(Hart& hart, i32 bits) override;
    void on_trap(Hart& hart, u64 cause, u64 tval, Privilege handler) override;

private:
    [[nodiscard]] bool counted(const Hart& hart) const;
    void count(const Hart& hart);

    static constexpr u64 nothing = ~u64{0};

    TouchedLines lines_;
    std::array<OwnPieces, max_harts> own_;
    u64 limit_ = 0, done_ = 0;
    u64 last_ = nothing;  // the instruction counted last, by what its hart had executed before it
};

}  // namespace stampede
