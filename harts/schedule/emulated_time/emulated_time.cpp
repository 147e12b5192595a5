#include "harts/schedule/emulated_time/emulated_time.h"

#include <algorithm>

#include "harts/core/machine_context.h"
#include "harts/engine/handlers.h"

namespace stampede {
namespace {

struct Timing {
    using State = HeldLines;
    static bool passes(Hart& hart, u64 offset, Access access) {
        return hart.watches.of<HeldLines>().have(offset, access);
    }
};

}  // namespace

const Engine timing_engine = engine_of<Timing>();

EmulatedTime::EmulatedTime(const Ram& ram, std::vector<Hart*> harts, const CacheCosts& costs)
    : harts_(std::move(harts)), lines_(ram, costs) {
    for (Hart* hart : harts_) {
        HeldLines& held = held_[hart->own.id.value];
        held = HeldLines(lines_.holders(), u64{1} << hart->own.id.value);
        hart->watches.put(held);
    }
}

void EmulatedTime::wake(HartId hart, u64 cycles) {
    if (const u64 now = of(hart); now < cycles) {
        more_[hart.value] += cycles - now;
    }
}

void EmulatedTime::begin(HartId hart, u64 limit) {
    latest_ = cycles();
    running_ = hart.value;
    limit_ = limit;
}

u64 EmulatedTime::cycles() const { return std::max(latest_, of({running_})); }

void EmulatedTime::count_anew() {
    lines_.count_anew();
    waited_.clear();
    for (u32 n = 0; n < harts_.size(); ++n) {
        waits_[n].since = of({n});  // who waits already, waits from now on
    }
}

void EmulatedTime::use(Hart& hart, PhysAddr at, unsigned size, LineUse use) {
    const HartId id = hart.own.id;
    u64 now = of(id);
    u64 done = lines_.use(id, at, use, now);
    if (at.value / CacheLines::line_size != (at.value + size - 1) / CacheLines::line_size)
        [[unlikely]] {
        done = lines_.use(id, at + (size - 1), use, done);  // misaligned
    }
    more_[id.value] += done - now;
    if (done >= limit_) {
        hart.own.stopping = hart.own.attention = true;
    }
}

void EmulatedTime::on_load(Hart& hart, PhysAddr at, unsigned size, u64) {
    use(hart, at, size, LineUse::Load);
}
void EmulatedTime::on_store(Hart& hart, PhysAddr at, unsigned size, u64) {
    use(hart, at, size, LineUse::Store);
}

void EmulatedTime::before_atomic(Hart& hart, const AtomicAccess& access) {
    use(hart, access.at, access.size,
        access.kind == AtomicAccess::Kind::LoadReserved ? LineUse::Load : LineUse::Atomic);
}

void EmulatedTime::after_atomic(Hart& hart, const AtomicAccess& access, u64 old, bool) {
    if (access.kind != AtomicAccess::Kind::Amo || access.op != isa::AmoOp::Swap) {
        return;
    }
    const u64 mask = access.size == 4 ? 0xffff'ffff : ~u64{0};
    Wait& wait = waits_[hart.own.id.value];
    if (((old ^ access.operand) & mask) == 0) {
        if (wait.word != access.at.value) {
            wait = {access.at.value, of(hart.own.id)};
        }
    } else if (wait.word == access.at.value) {
        Waiting& waiting = waited_[wait.word];
        ++waiting.times;
        waiting.cycles += of(hart.own.id) - wait.since;
        wait = {};
    } else {
        wait = {};  // who waits does nothing else: it did not wait
    }
}

}  // namespace stampede
