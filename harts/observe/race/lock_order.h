// In which order locks are taken: an edge from each lock held to the one being taken. Locks that
// can be reached from each other are taken in opposite orders somewhere, and that can end in a
// deadlock even if it never has (Havelund, "Using Runtime Analysis to Guide Model Checking of Java
// Programs", SPIN 2000). A cycle whose edges were all made under one common lock cannot.
#pragma once
#include <array>
#include <vector>

#include "harts/base/futex.h"
#include "harts/observe/race/lock_sets.h"

namespace stampede {

struct LockEdge {
    static constexpr unsigned depth_limit = 16;
    u64 held = 0, taken = 0;  // words, physical
    u64 held_pc = 0;          // where the first was taken
    u32 hart = 0;
    LockSet set;  // as it was, `taken` included
    unsigned depth = 0;
    std::array<u64, depth_limit> pcs{};  // where the second was taken, innermost first
    u64 count = 0;
};

class LockOrder {
public:
    static constexpr std::size_t limit = 4096;  // edges

    LockOrder() {
        edges_.reserve(limit);
        places_.fill(0);
    }

    // `set` has just grown by its last lock; `pcs` is where. Any hart's thread.
    void note(const LockSet& set, u32 hart, const u64* pcs, unsigned depth) EXCLUDES(lock_);

    // The edges of now are what restore() brings back. Harts parked.
    void save() EXCLUDES(lock_);
    void restore() EXCLUDES(lock_);

    // Edges so far. Any thread.
    [[nodiscard]] std::size_t size() const EXCLUDES(lock_) {
        const FutexGuard guard(lock_);
        return edges_.size();
    }

    // Cycles among words that are locks: each as its edges, in order. Each set of locks once. Any
    // thread.
    [[nodiscard]] std::vector<std::vector<LockEdge>> cycles(const LockWords& words) const
        EXCLUDES(lock_);

private:
    static constexpr std::size_t hashes = 1 << 14;

    [[nodiscard]] std::size_t place_of(u64 held, u64 taken) const REQUIRES(lock_);

    mutable FutexLock lock_;
    std::vector<LockEdge> edges_ GUARDED_BY(lock_);     // never grows beyond its first capacity
    std::array<u16, hashes> places_ GUARDED_BY(lock_);  // index + 1 into edges_
    std::vector<u64> saved_counts_ GUARDED_BY(lock_);   // of the edges that there were
};

}  // namespace stampede
