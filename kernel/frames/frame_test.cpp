// The frame table: where it lies, and frames and addresses as each other's names.
#include "kernel/frames/frame.h"

#include <gtest/gtest.h>

#include "kernel/tests/machine.h"

namespace kernel::test {
namespace {

TEST(Frames, the_table_lies_before_the_frames_and_outside_them) {
    host::Memory memory(1 << 20);
    frames_init(memory.begin() + 1, memory.end(), policy::table_size);
    const FrameRange& range = frame_range();
    EXPECT_EQ(range.first.value % page_size, 0u);
    EXPECT_EQ(range.first.value + range.frame_count * page_size, memory.end().value);
    EXPECT_GE(arch::physical(range.frames), memory.begin() + 1);
    EXPECT_LE(arch::physical(range.frames + range.frame_count), arch::physical(range.owners));
    EXPECT_LE(range.owners + range.frame_count,
              reinterpret_cast<const FrameOwner*>(range.policy_table));
    EXPECT_LE(arch::physical(range.policy_table + policy::table_size(range.frame_count)),
              range.first);
    EXPECT_GE(range.frame_count, 250u);  // of 255 whole pages: the table needs no more than five
}

TEST(Frames, a_frame_and_its_address_name_each_other) {
    Machine machine(32);
    const FrameRange& range = frame_range();
    for (std::uint64_t i = 0; i < range.frame_count; ++i) {
        const PhysAddr address = range.first + i * page_size;
        EXPECT_EQ(&frame_at(address), &range.frames[i]);
        EXPECT_EQ(&frame_at(address + 4095), &range.frames[i]);
        EXPECT_EQ(address_of(range.frames[i]), address);
        EXPECT_EQ(bytes_of(range.frames[i]), arch::direct_map(address));
    }
}

TEST(Frames, what_lies_outside_is_no_frame) {
    Machine machine(32);
    const FrameRange& range = frame_range();
    EXPECT_TRUE(is_frame(range.first));
    EXPECT_FALSE(is_frame(range.first - 1));
    EXPECT_TRUE(is_frame(range.first + range.frame_count * page_size - 1));
    EXPECT_FALSE(is_frame(range.first + range.frame_count * page_size));
    EXPECT_FALSE(is_frame({0}));
}

TEST(FramesDeathTest, an_address_outside_names_no_frame) {
    Machine machine(32);
    EXPECT_DEATH(frame_at({0}), "panic: .*is_frame");
}

TEST(FramesDeathTest, no_memory_is_said_so) {
    host::Memory memory(1 << 16);
    EXPECT_DEATH(frames_init(memory.end(), memory.end(), policy::table_size),
                 "panic: no memory behind the kernel's image");
    EXPECT_DEATH(frames_init(memory.end(), memory.begin(), policy::table_size),
                 "panic: no memory behind the kernel's image");
    EXPECT_DEATH(frames_init(memory.begin(), memory.begin() + page_size, policy::table_size),
                 "panic: no memory behind the frame table");
}

}  // namespace
}  // namespace kernel::test
