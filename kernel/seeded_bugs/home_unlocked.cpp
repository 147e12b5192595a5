// Wrong: frames go home without the lock of the list that they go on. Its hart may be taking one
// off at that moment.
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

void HartLists::send_home(Hart& own, LinkedFrames freed) NO_THREAD_SAFETY_ANALYSIS {
    while (Frame* frame = freed.pop()) {
        harts_[home_of(*frame)].free.push_front(*frame);  // the bug
    }
    own.has_put();
}

}  // namespace kernel::policy
