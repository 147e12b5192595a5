#include "kernel/frames/frame.h"

#include "kernel/arch/arch.h"
#include "kernel/base/print.h"

namespace kernel {

namespace {

// Written once by the boot CPU before any other runs. On a line of its own, for everybody reads it
// all the time.
struct alignas(64) OnALine : FrameRange {};
constinit OnALine range;

constexpr std::uint64_t whole_lines(std::uint64_t bytes) { return (bytes + 63) / 64 * 64; }

// Bytes that the arrays for `frame_count` frames need, each on cache lines of its own.
std::uint64_t arrays_size(std::uint64_t frame_count, TableSize& policy_table_size) {
    return PhysAddr{whole_lines(frame_count * sizeof(Frame)) +
                    whole_lines(frame_count * sizeof(FrameOwner)) + policy_table_size(frame_count)}
        .page_up()
        .value;
}

}  // namespace

void frames_init(PhysAddr begin, PhysAddr end, TableSize& policy_table_size) {
    begin = begin.page_up();
    end = end.page_down();
    if (end <= begin) {
        panic("no memory behind the kernel's image: 0x%lx to 0x%lx", begin.value, end.value);
    }
    // Counts for the arrays' own frames are a little too many; no more than one page.
    std::uint64_t count = (end - begin) / page_size;
    std::uint64_t arrays = arrays_size(count, policy_table_size);
    if (arrays >= end - begin) {
        panic("no memory behind the frame table");
    }
    range.first = begin + arrays;
    range.frame_count = (end - range.first) / page_size;
    range.frames = reinterpret_cast<Frame*>(arch::direct_map(begin));
    std::byte* owners = arch::direct_map(begin + whole_lines(range.frame_count * sizeof(Frame)));
    range.owners = reinterpret_cast<FrameOwner*>(owners);
    range.policy_table = owners + whole_lines(range.frame_count * sizeof(FrameOwner));
}

const FrameRange& frame_range() { return range; }

std::uint64_t index_of(const Frame& frame) {
    return static_cast<std::uint64_t>(&frame - range.frames);
}
PhysAddr address_of(const Frame& frame) { return range.first + index_of(frame) * page_size; }

bool is_frame(PhysAddr address) {
    return address >= range.first && address < range.first + range.frame_count * page_size;
}

Frame& frame_at(PhysAddr address) {
    KERNEL_ASSERT(is_frame(address));
    return range.frames[(address - range.first) / page_size];
}

FrameOwner owner_of(const Frame& frame) { return range.owners[index_of(frame)]; }
void set_owner(const Frame& frame, FrameOwner owner) {
    range.owners[index_of(frame)] = owner;
    owner == FrameOwner::free ? arch::tell_frame_freed(address_of(frame))
                              : arch::tell_frame_allocated(address_of(frame));
}

std::byte* bytes_of(const Frame& frame) { return arch::direct_map(address_of(frame)); }

}  // namespace kernel
