// A list of free frames whose links stand in a table beside the frames' arrays, so that no free
// frame is touched. Not synchronised.
#pragma once
#include <cstdint>

#include "kernel/arch/arch.h"
#include "kernel/frames/frame.h"

namespace kernel::policy {

// At the beginning of the policy's table: a u64 for each frame, the physical address of the next
// one on its list, 0 at the end.
inline constexpr std::uint64_t link_size = sizeof(std::uint64_t);
inline std::uint64_t* link_of(const Frame& frame) {
    return reinterpret_cast<std::uint64_t*>(frame_range().policy_table) + index_of(frame);
}

class LinkedFrames {
public:
    bool empty() const { return first_ == 0; }
    std::uint32_t length() const { return length_; }
    std::uint64_t pushed() const { return pushed_; }  // frames since the beginning

    void push(Frame& frame) {
        *link_of(frame) = first_;
        first_ = address_of(frame).value;
        ++length_;
        ++pushed_;
    }
    // The last one pushed; null when the list is empty.
    Frame* pop() {
        if (empty()) {
            return nullptr;
        }
        Frame& frame = frame_at({first_});
        first_ = *link_of(frame);
        --length_;
        return &frame;
    }

    std::uint64_t head_address() const { return arch::physical(&first_).value; }

private:
    std::uint64_t first_ = 0;  // physical address, 0: none
    std::uint32_t length_ = 0;
    std::uint64_t pushed_ = 0;
};

}  // namespace kernel::policy
