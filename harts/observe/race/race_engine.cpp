#include "harts/observe/race/race_engine.h"

#include "harts/engine/handlers.h"
#include "harts/engine/own_pieces.h"
#include "harts/observe/coverage/branch_coverage.h"
#include "harts/observe/coverage/interleaving_coverage.h"
#include "harts/observe/race/contexts.h"
#include "harts/observe/race/fence_pattern.h"
#include "harts/observe/race/race_observer.h"
#include "harts/observe/race/race_reports.h"
#include "harts/observe/race/race_watch.h"

namespace stampede {
namespace {

struct Racing {
    using State = RaceWatch;
    static bool passes(Hart& hart, u64 offset, Access) {
        return hart.watches.of<RaceWatch>().is_plain(offset);
    }
    static void record(const RaceWatch& watch, const FastAccess& access, unsigned long type) {
        tsan::access(watch.thread, Contexts::tagged(access.pc, watch.context), access.at,
                     access.size, known_races.contains(access.pc) ? type | tsan::atomic : type);
    }
    static void load(Hart& hart, const FastAccess& access) {
        record(hart.watches.of<RaceWatch>(), access, tsan::read);
    }
    static void store(Hart& hart, const FastAccess& access) {
        record(hart.watches.of<RaceWatch>(), access, tsan::write);
    }
    static bool passes_block(Hart& hart, const BlockAccess& block) {
        return hart.watches.of<RaceWatch>().is_plain(block.offset, block.bytes);
    }
    // By eight bytes, as the runtime keeps them; what is left over in smaller pieces.
    static void block(Hart& hart, const BlockAccess& block) {
        const RaceWatch& watch = hart.watches.of<RaceWatch>();
        const u64 end = block.offset + block.bytes;
        for (u64 at = block.offset; at < end;) {
            unsigned size = 8;
            while (at % size != 0 || at + size > end) {
                size /= 2;
            }
            record(watch, {block.pc, reinterpret_cast<const void*>(hart.ram + at), at, size},
                   block.access == Access::Read ? tsan::read : tsan::write);
            at += size;
        }
    }
    static void on_call(Hart& hart, u64 pc, u64 back, u64 target) {
        RaceObserver::fast_call(hart, pc, back, target);
    }
    static void on_relaxed_next(Hart& hart) { RaceObserver::fast_relaxed_next(hart); }
    static void on_return(Hart& hart, u64 to) { RaceObserver::fast_return(hart, to); }
};

// Where each run begins from a snapshot.
struct RacingAgain : Racing {
    static void load(Hart& hart, const FastAccess& access) {
        Racing::load(hart, access);
        note(hart, access);
    }
    static void store(Hart& hart, const FastAccess& access) {
        Racing::store(hart, access);
        note(hart, access);
    }
    static void block(Hart& hart, const BlockAccess& block) {
        Racing::block(hart, block);
        note(hart, {block.pc, block.at, block.offset, block.size});
    }

private:
    static void note(Hart& hart, const FastAccess& access) {
        // relaxed: it is read while harts are parked.
        __atomic_store_n(&hart.watches.of<RaceWatch>().recorded[access.offset / page_size], 1,
                         __ATOMIC_RELAXED);
    }
};

}  // namespace

const Engine racing_engine = engine_of<Counting, Racing>(is_special_load);
const Engine racing_again_engine = engine_of<Counting, RacingAgain>(is_special_load);
const Engine racing_branches_engine = engine_of<Counting, RacingAgain, Branches>(is_special_load);
const Engine racing_meetings_engine =
    engine_of<Counting, RacingAgain, Branches, Meetings>(is_special_load);

}  // namespace stampede
