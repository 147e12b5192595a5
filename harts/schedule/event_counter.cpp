#include "harts/schedule/event_counter.h"

#include "harts/core/engine_handlers.h"
#include "harts/core/machine_context.h"

namespace stampede {
namespace {

struct Counting {
    static bool own(const Hart& hart, const void* at) {
        const HartWatch& watch = hart.watch;
        return !watch.slow && watch.touched[(reinterpret_cast<u64>(at) - watch.ram) / TouchedWords::word_size] == watch.toucher;
    }
    static bool load(Hart& hart, u64, const void* at, unsigned) { return own(hart, at); }
    static bool store(Hart& hart, u64, const void* at, unsigned) { return own(hart, at); }
};

}  // namespace

const Engine counting_engine{handlers::handler_of<Counting>};

void EventCounter::begin(Hart& hart, u64 events) {
    limit_ = events;
    done_ = 0;
    hart.watch.touched = words_.table();
    hart.watch.toucher = words_.entry_of(hart.own.id);
    hart.watch.ram = reinterpret_cast<u64>(ram_.host(ram_base));
}

bool EventCounter::may_access(Hart& hart, PhysAddr at, unsigned) {
    if (!words_.touch(hart.own.id, at)) {
        return true;
    }
    if (done_ >= limit_) {
        return false;
    }
    ++done_;
    return true;
}

void EventCounter::count_own(Hart& hart) {
    if (++done_ > limit_) {
        hart.own.stop = StopReason::Postponed;
        hart.own.stopping = true;
        hart.own.attention = true;
    }
}

void EventCounter::on_fence(Hart& hart, i32) { count_own(hart); }
void EventCounter::on_trap(Hart& hart, u64, u64, Privilege) { count_own(hart); }

}  // namespace stampede
