// Physical frames: 4 KiB each, numbered from the range's start. A Frame holds the references to
// one; its address follows from its place in the array. Which lock guards `count` is the policy's
// choice (kernel/policy).
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernel/abi/audit_table.h"
#include "kernel/base/address.h"

namespace kernel {

using stampede::abi::FrameOwner;

struct Frame {
    std::uint32_t count = 0;  // references: user mappings and the kernel's own holders
};

// The frames a policy manages. Made once at boot; the arrays lie before `first`, outside the
// frames.
struct FrameRange {
    PhysAddr first;  // of frame 0, page aligned
    std::uint64_t frame_count = 0;
    Frame* frames = nullptr;       // frame_count entries, uninitialised at and past the frontier
    FrameOwner* owners = nullptr;  // one byte a frame, likewise
    std::byte* policy_table = nullptr;  // as many bytes as the policy asked for, uninitialised
};

// Bytes of the policy's own table where there are so many frames.
using TableSize = std::uint64_t(std::uint64_t frame_count);

// Splits [begin, end) into arrays and frames and makes it the one range. Begin of the machine only.
void frames_init(PhysAddr begin, PhysAddr end, TableSize& policy_table_size);
const FrameRange& frame_range();

std::uint64_t index_of(const Frame& frame);  // its number in the range
PhysAddr address_of(const Frame& frame);
bool is_frame(PhysAddr address);    // whether `address` lies in a managed frame
Frame& frame_at(PhysAddr address);  // address must lie in a managed frame
FrameOwner owner_of(const Frame& frame);
// By the frame's only holder. Every policy takes a frame out of the free ones by giving it an
// owner, and gives it back by owner `free`, before anybody else can take it: this is where a
// listening harness hears of both.
void set_owner(const Frame& frame, FrameOwner owner);

// The frame's bytes in the kernel's direct map.
std::byte* bytes_of(const Frame& frame);

}  // namespace kernel
