#include "harts/schedule/event_counter.h"

#include "harts/core/machine_context.h"
#include "harts/engine/handlers.h"

namespace stampede {
const Engine counting_engine = engine_of<Counting>();

void EventCounter::begin(Hart& hart, u64 events) {
    limit_ = events;
    done_ = 0;
    last_ = nothing;
    OwnPieces& pieces = own_[hart.own.id.value];
    pieces = OwnPieces(lines_.table(), lines_.entry_of(hart.own.id));
    hart.watches.put(pieces);
    hart.asked_first = true;
}

void EventCounter::leave(Hart& hart) {
    hart.watches.put(all_pieces_own);
    hart.asked_first = false;
}

bool EventCounter::counted(const Hart& hart) const { return last_ == hart.own.executed_now(); }

void EventCounter::count(const Hart& hart) {
    if (!counted(hart)) {
        ++done_;
        last_ = hart.own.executed_now();
    }
}

bool EventCounter::may_access(Hart& hart, PhysAddr at, unsigned size, Contact contact) {
    bool point = contact != Contact::Plain;
    if (contact != Contact::Device) {
        point |= lines_.touch(hart.own.id, at);
        if (at.value / OwnPieces::piece != (at.value + size - 1) / OwnPieces::piece) [[unlikely]] {
            point |= lines_.touch(hart.own.id, at + (size - 1));  // misaligned
        }
    }
    if (!point || counted(hart)) {
        return true;
    }
    if (done_ >= limit_) {
        return false;
    }
    count(hart);
    return true;
}

// A walk sets A and fills the TLB: too much for an instruction that may be put off behind it.
bool EventCounter::may_fetch(Hart& hart) { return done_ < limit_ || counted(hart); }

void EventCounter::on_fence(Hart& hart, i32) { count(hart); }
void EventCounter::on_trap(Hart& hart, u64, u64, Privilege) { count(hart); }

}  // namespace stampede
