#include "kernel/policy/free/hart_lists.h"

#include "kernel/frames/stats.h"

namespace kernel::policy {

void HartLists::init(const FrameRange& range) {
    fresh_.init(range);
    for (Hart& hart : harts_) {
        SpinGuard guard(hart.lock);
        hart.free = {};
    }
}

Frame* HartLists::take() {
    InterruptsOff off;
    Hart& own = here();
    {
        SpinGuard guard(own.lock);
        Frame* frame = own.free.front() ? own.free.pop() : take_fresh(own);
        frame = frame ? frame : own.free.pop();
        if (frame) {
            return frame;
        }
    }
    return take_from_others(own);
}

// One frame of a fresh batch. The others come on the list under the same lock, so that whoever
// finds nothing fresh finds them.
Frame* HartLists::take_fresh(Hart& own) {
    const FreshFrames::Batch taken = fresh_.take(batch);
    if (taken.frames == 0) {
        return nullptr;
    }
    home_of(frame_at(taken.first)) = number(own);
    for (std::uint64_t i = taken.frames; i-- > 0;) {
        Frame& frame = frame_at(taken.first + i * page_size);
        arch::relaxed_store(&frame.count, std::uint32_t{0});  // what stood there may be anything
        set_owner(frame, FrameOwner::free);
        own.free.push_front(frame);
    }
    sample_frames_peak(1);  // here, so that no hart watches the others all the time
    return own.free.pop();
}

// From whoever has some, the next hart first; null: there is none.
Frame* HartLists::take_from_others(Hart& own) {
    for (;;) {
        const std::uint64_t before = pushes();
        for (std::size_t i = 1; i <= harts_.size(); ++i) {
            if (Frame* frame = take_half(own, harts_[(number(own) + i) % harts_.size()])) {
                return frame;
            }
        }
        if (!any_in_hand() && pushes() == before) {
            return nullptr;
        }
        arch::spin_pause();
    }
}

// Half of the list of `from`, which may be this hart's own by now; one is returned, the others come
// on this hart's.
Frame* HartLists::take_half(Hart& own, Hart& from) {
    LinkedFrames taken;
    {
        SpinGuard guard(from.lock);
        if (from.free.empty()) {
            return nullptr;
        }
        own.takes();
        const std::uint32_t half = (from.free.length() + 1) / 2;
        while (taken.length() < half && taken.length() < batch) {
            taken.push(*from.free.pop());
        }
    }
    Frame* frame = taken.pop();
    {
        SpinGuard guard(own.lock);
        while (Frame* other = taken.pop()) {
            put(own, *other);
        }
    }
    own.has_put();
    sample_frames_peak(1);
    return frame;
}

void HartLists::put(Hart& own, Frame& frame) {
    home_of(frame) == number(own) ? own.free.push_front(frame) : own.free.push_back(frame);
}

std::uint64_t HartLists::pushes() {
    std::uint64_t sum = 0;
    for (Hart& hart : harts_) {
        SpinGuard guard(hart.lock);
        sum += hart.free.pushed();
    }
    return sum;
}

bool HartLists::any_in_hand() const {
    for (const Hart& hart : harts_) {
        if (hart.has_any()) {
            return true;
        }
    }
    return false;
}

// addresses only
void HartLists::describe(stampede::abi::AuditTable& table) const NO_THREAD_SAFETY_ANALYSIS {
    table.free_lists = harts_.size();
    for (std::size_t cpu = 0; cpu < harts_.size(); ++cpu) {
        table.free[cpu].head_address = harts_[cpu].free.head_address();
    }
    table.free_links = arch::physical(frame_range().policy_table).value;
    fresh_.describe(table);
}

}  // namespace kernel::policy
