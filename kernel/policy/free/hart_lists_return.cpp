// The way back of frames: to the list of the hart that frees them, and in batches home.
#include "kernel/policy/free/hart_lists.h"

namespace kernel::policy {

void HartLists::give_back(Frame& frame) {
    InterruptsOff off;
    Hart& own = here();
    LinkedFrames freed;
    {
        SpinGuard guard(own.lock);
        put(own, frame);
        if (own.free.back() < returned_together) {
            return;
        }
        own.takes();
        freed = own.free.take_back();
    }
    send_home(own, freed);
}

// One home's lock after the other, all of its frames under it.
void HartLists::send_home(Hart& own, LinkedFrames freed) {
    while (!freed.empty()) {
        LinkedFrames others;
        Frame* frame = freed.pop();
        const std::uint8_t home = home_of(*frame);
        SpinGuard guard(harts_[home].lock);
        for (; frame; frame = freed.pop()) {
            home_of(*frame) == home ? harts_[home].free.push_front(*frame) : others.push(*frame);
        }
        freed = others;
    }
    own.has_put();
}

}  // namespace kernel::policy
