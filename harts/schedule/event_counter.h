// Counts scheduling points and stops a hart before the one that its turn does not include.
//
// Scheduling points are what PCT's k counts: accesses (atomics too) to words that several harts have touched, fences, and traps. All else
// a hart does on its own: where the turn changes between two such points makes no difference to anybody.
#pragma once
#include "harts/core/engine.h"
#include "harts/core/observer.h"
#include "harts/schedule/touched_words.h"

namespace stampede {

// The engine whose fast accesses look at HartWatch::slow and HartWatch::touched.
extern const Engine counting_engine;

// Harts driven by one host thread only.
class EventCounter final : public Observer {
public:
    explicit EventCounter(const Ram& ram) : ram_(ram), words_(ram) {}

    // Before a turn of `hart`: it may do `events`.
    void begin(Hart& hart, u64 events);
    // After it: the events that it did.
    [[nodiscard]] u64 done() const { return done_; }
    // What several harts have touched is forgotten. Between turns.
    void forget() { words_.forget(); }

    bool may_access(Hart& hart, PhysAddr at, unsigned size) override;
    void on_fence(Hart& hart, i32 bits) override;
    void on_trap(Hart& hart, u64 cause, u64 tval, Privilege handler) override;

private:
    // Of what only the hart itself notices: it stops behind it, which is as good as before.
    void count_own(Hart& hart);

    const Ram& ram_;
    TouchedWords words_;
    u64 limit_ = 0, done_ = 0;
};

}  // namespace stampede
