#include "harts/observe/branch_coverage.h"

#include "harts/core/engine_handlers.h"

namespace stampede {
namespace {

struct Covering {
    static void on_branch(Hart& hart, u64 pc, Branch branch) { BranchCoverage::count(hart, pc + static_cast<u64>(branch)); }
    static void on_jump(Hart& hart, u64 target) { BranchCoverage::count(hart, target); }
};

// And the accesses that a counter of scheduling points wants to see (schedule/event_counter.h).
struct CoveringCounting : Covering {
    static bool own(const Hart& hart, const void* at) {
        const HartWatch& watch = hart.watch;
        return !watch.slow && (watch.touched == nullptr ||
                               watch.touched[(reinterpret_cast<u64>(at) - watch.ram) / HartWatch::piece] == watch.toucher);
    }
    static bool load(Hart& hart, u64, const void* at, unsigned) { return own(hart, at); }
    static bool store(Hart& hart, u64, const void* at, unsigned) { return own(hart, at); }
};

}  // namespace

const Engine covering_engine{handlers::handler_of<Covering>};
const Engine covering_counting_engine{handlers::handler_of<CoveringCounting>};

BranchCoverage::BranchCoverage(u64 begin, std::span<u8> counters, std::span<Hart* const> harts) : begin_(begin), counters_(counters) {
    for (Hart* hart : harts) {
        hart->watch.branches = this;
    }
}

}  // namespace stampede
