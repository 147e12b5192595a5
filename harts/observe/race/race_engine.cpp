#include "harts/engine/handlers.h"
#include "harts/observe/coverage/branch_coverage.h"
#include "harts/observe/coverage/interleaving_coverage.h"
#include "harts/observe/race/contexts.h"
#include "harts/observe/race/fence_pattern.h"
#include "harts/observe/race/race_observer.h"
#include "harts/observe/race/race_reports.h"
#include "harts/observe/race/tsan_runtime.h"

namespace stampede {
namespace {

struct Racing {
    // Neither an atomic location nor, where turns are counted by events, memory that others touch.
    static bool is_plain(const HartWatch& watch, const void* at) {
        const u64 offset = reinterpret_cast<u64>(at) - watch.ram;
        if (watch.slow || (watch.touched != nullptr && watch.touched[offset / HartWatch::piece] != watch.toucher)) {
            return false;
        }
        return (__atomic_load_n(&watch.atomic[offset / 32], __ATOMIC_RELAXED) >> (offset / 4 % 8) & 1) == 0;
    }
    static void record(const HartWatch& watch, u64 pc, const void* at, unsigned size, unsigned long type) {
        tsan::access(static_cast<tsan::Thread>(watch.thread), Contexts::tagged(pc, watch.context), at, size,
                     known_races.contains(pc) ? type | tsan::atomic : type);
    }
    static bool load(Hart& hart, u64 pc, const void* at, unsigned size) {
        if (!is_plain(hart.watch, at)) [[unlikely]] {
            return false;
        }
        record(hart.watch, pc, at, size, tsan::read);
        return true;
    }
    static bool store(Hart& hart, u64 pc, const void* at, unsigned size) {
        if (!is_plain(hart.watch, at)) [[unlikely]] {
            return false;
        }
        record(hart.watch, pc, at, size, tsan::write);
        return true;
    }
    static void on_call(Hart& hart, u64 pc, u64 back, u64 target) { RaceObserver::fast_call(hart, pc, back, target); }
    static void on_relaxed_next(Hart& hart) { RaceObserver::fast_relaxed_next(hart); }
    static void on_return(Hart& hart, u64 to) { RaceObserver::fast_return(hart, to); }
};

// Where each run begins from a snapshot.
struct RacingAgain : Racing {
    static bool load(Hart& hart, u64 pc, const void* at, unsigned size) { return Racing::load(hart, pc, at, size) && note(hart, pc, at, false); }
    static bool store(Hart& hart, u64 pc, const void* at, unsigned size) { return Racing::store(hart, pc, at, size) && note(hart, pc, at, true); }
    static void on_branch(Hart& hart, u64 pc, Branch branch) {
        if (hart.watch.branches != nullptr) {
            BranchCoverage::count_branch(hart, pc, branch);
        }
    }
    static void on_jump(Hart& hart, u64 target) {
        if (hart.watch.branches != nullptr) {
            BranchCoverage::count_jump(hart, target);
        }
    }

private:
    static bool note(Hart& hart, u64 pc, const void* at, bool store) {
        const HartWatch& watch = hart.watch;
        // relaxed: it is read while harts are parked.
        __atomic_store_n(&watch.recorded[(reinterpret_cast<u64>(at) - watch.ram) / page_size], 1, __ATOMIC_RELAXED);
        InterleavingCoverage::note(hart, pc, at, store);
        return true;
    }
};

}  // namespace

const Engine racing_engine{handlers::undecoded, handlers::page_end, handlers::handler_of<Racing>, fence_follows};
const Engine racing_again_engine{handlers::undecoded, handlers::page_end, handlers::handler_of<RacingAgain>, fence_follows};

}  // namespace stampede
