#include "harts/oracles/progress/turn_watch.h"

namespace stampede {

u64 TurnWatch::executed() const { return machine_.instructions(); }

void TurnWatch::on_turn(HartId hart) {
    if (last_ && *last_ != hart.value) {
        ++switches_;
    }
    last_ = hart.value;
    if (const u64 now = executed(); now - looked_at_ >= interval_) {
        looked_at_ = now;
        if (next_ != nullptr) {
            next_->on_turns_over();  // a look is no part of anybody's turn
        }
        look_(now);
    }
    if (next_ != nullptr) {
        next_->on_turn(hart);
    }
}

void TurnWatch::on_turns_over() {
    if (next_ != nullptr) {
        next_->on_turns_over();
    }
}

}  // namespace stampede
