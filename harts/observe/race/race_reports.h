// What ThreadSanitizer reports, as data. It calls back from inside its runtime, on the hart's
// thread: nothing there allocates or locks by pthreads. Names are looked up later, by whoever has
// symbols.
#pragma once
#include <array>
#include <atomic>
#include <vector>

#include "harts/base/types.h"
#include "harts/observe/race/lock_sets.h"

namespace stampede {

// One side of a race.
struct RaceSide {
    static constexpr unsigned depth_limit = 24;
    bool write = false;
    bool atomic = false;
    unsigned size = 0;  // bytes
    u32 hart = 0;
    LockSet context;  // locks held, and satp
    unsigned depth = 0;
    std::array<u64, depth_limit> pcs{};  // the access, then calls, innermost first
};

struct Race {
    PhysAddr at;
    RaceSide sides[2];  // the later access, the earlier one
    u64 count = 0;      // reports with these two pcs
};

class Contexts;

// Instructions whose races are known well enough. A report costs some 50 us, for the runtime
// searches its history for the older stack; a racy loop would do little else. So, once a pair of
// instructions has been reported often, its accesses are recorded as atomic ones: they race no
// longer with each other, and as before with everything else. Hart threads read, the reporting one
// writes.
class KnownRaces {
public:
    static constexpr u64 enough = 8;  // reports of one pair

    [[nodiscard]] bool contains(u64 pc) const {
        // relaxed: whoever misses an entry reports once more.
        return any_.load(std::memory_order_relaxed) &&
               pcs_[slot_of(pc)].load(std::memory_order_relaxed) == pc;
    }
    void add(u64 pc) {
        pcs_[slot_of(pc)].store(pc, std::memory_order_relaxed);
        any_.store(true, std::memory_order_relaxed);
    }
    void clear() {
        if (!any_.load(std::memory_order_relaxed)) {
            return;
        }
        any_.store(false, std::memory_order_relaxed);
        for (auto& pc : pcs_) {
            pc.store(0, std::memory_order_relaxed);
        }
    }

private:
    static constexpr std::size_t slots = 4096;
    static std::size_t slot_of(u64 pc) { return static_cast<std::size_t>(pc >> 1) % slots; }

    std::atomic<bool> any_{false};
    std::array<std::atomic<u64>, slots> pcs_{};
};

// Of all machines: each restore() forgets those of its own run, so machines with a snapshot run by
// turns.
extern KnownRaces known_races;

// The races of one machine. The runtime is the process's; which machine it speaks of, the address
// tells.
class RaceReports {
public:
    static constexpr unsigned limit = 2048;  // different pairs of pcs; more are only counted

    // `ram` is the host address of RAM, `contexts` each hart's.
    RaceReports(const void* ram, u64 ram_size, std::vector<const Contexts*> contexts);
    ~RaceReports();
    RaceReports(const RaceReports&) = delete;
    RaceReports& operator=(const RaceReports&) = delete;

    // So far. Any thread.
    [[nodiscard]] std::size_t size() const { return count_.load(std::memory_order_acquire); }
    [[nodiscard]] Race race(std::size_t n) const { return races_[n]; }
    [[nodiscard]] u64 dropped() const { return dropped_.load(std::memory_order_relaxed); }

    // The races of now are what restore() brings back. Harts parked.
    void save();
    void restore();

    // Called by the runtime, which lets one report through at a time.
    static void report_to_its_machine(void* description);

private:
    void report(void* description);
    [[nodiscard]] bool read_side(void* description, unsigned index, RaceSide& side,
                                 u64& address) const;

    const u64 ram_, ram_size_;
    const std::vector<const Contexts*> contexts_;
    std::vector<Race> races_;
    std::atomic<std::size_t> count_{0};  // release: what stands below it is complete
    std::atomic<u64> dropped_{0};
    std::vector<u64> saved_counts_;  // of the races that there were
    u64 saved_dropped_ = 0;
    RaceReports* next_;  // older
};

}  // namespace stampede
