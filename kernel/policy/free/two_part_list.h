// A list of free frames in two parts, one behind the other, so that it is one list to whoever
// follows it. Links as in linked_frames.h. Not synchronised.
#pragma once
#include "kernel/policy/free/linked_frames.h"

namespace kernel::policy {

class TwoPartList {
public:
    bool empty() const { return first_ == 0; }
    std::uint32_t length() const { return front_ + back_; }
    std::uint32_t front() const { return front_; }
    std::uint32_t back() const { return back_; }
    std::uint64_t pushed() const { return pushed_; }  // frames since the beginning

    void push_front(Frame& frame) {
        if (front_++ == 0) {
            last_of_front_ = &frame;
        }
        push(frame, first_);
    }
    void push_back(Frame& frame) {
        ++back_;
        push(frame, begin_of_back());
    }
    // The last one pushed to the front, else to the back; null when the list is empty.
    Frame* pop() {
        if (empty()) {
            return nullptr;
        }
        --(front_ ? front_ : back_);
        return take(first_);
    }
    // The back, which is empty afterwards.
    LinkedFrames take_back() {
        LinkedFrames taken;
        for (std::uint64_t& begin = begin_of_back(); back_; --back_) {
            taken.push(*take(begin));
        }
        return taken;
    }

    std::uint64_t head_address() const { return arch::physical(&first_).value; }

private:
    std::uint64_t& begin_of_back() { return front_ ? *link_of(*last_of_front_) : first_; }
    void push(Frame& frame, std::uint64_t& before) {
        *link_of(frame) = before;
        before = address_of(frame).value;
        ++pushed_;
    }
    static Frame* take(std::uint64_t& from) {
        Frame& frame = frame_at({from});
        from = *link_of(frame);
        return &frame;
    }

    std::uint64_t first_ = 0;             // physical address, 0: none
    Frame* last_of_front_ = nullptr;      // while there is a front
    std::uint32_t front_ = 0, back_ = 0;  // lengths
    std::uint64_t pushed_ = 0;
};

}  // namespace kernel::policy
