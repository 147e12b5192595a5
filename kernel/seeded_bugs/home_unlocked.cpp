// Wrong: frames go home without the lock of the list that they go on. Its hart may be taking one off at that moment.
#include "kernel/policy/hart_lists.h"

namespace kernel::policy {

void HartLists::give_back(Frame& frame) {
    InterruptsOff off;
    Hart& own = here();
    LinkedFrames freed;
    {
        SpinGuard guard(own.lock);
        own.free.push(frame);
        if (++own.unsorted < batch) return;
        own.unsorted = 0;
        own.in_hand.store(1, std::memory_order_relaxed);
        while (freed.length() < batch) freed.push(*own.free.pop());
    }
    send_home(own, freed);
}

void HartLists::send_home(Hart& own, LinkedFrames freed) NO_THREAD_SAFETY_ANALYSIS {
    while (Frame* frame = freed.pop()) harts_[home_of(*frame)].free.push(*frame);   // the bug
    own.in_hand.store(0, std::memory_order_release);
}

}  // namespace kernel::policy
