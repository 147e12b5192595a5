#include "harts/machine/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harts/image/elf_builder.h"
#include "harts/machine/machine.h"

namespace stampede {
namespace {

using testing::HasSubstr;

class LoaderTest : public testing::Test {
protected:
    static Ram make_ram() {
        auto ram = Ram::create(u64{4} << 20);
        EXPECT_TRUE(ram.has_value());
        return std::move(*ram);
    }
    Result<Loaded> load() {
        const auto image = ElfImage::parse(elf.build(), "some-kernel.elf");
        if (!image) {
            return std::unexpected(image.error());
        }
        return load_kernel(ram, *image, 2, bootargs, bus);
    }
    void expect_error(std::initializer_list<const char*> parts) {
        const auto loaded = load();
        ASSERT_FALSE(loaded.has_value());
        for (const char* part : parts) {
            EXPECT_THAT(loaded.error().message, HasSubstr(part));
        }
    }

    Ram ram = make_ram();  // 0x80000000 to 0x80400000
    ElfBuilder elf;
    std::string bootargs;
    Bus bus;
};

TEST_F(LoaderTest, segments_go_to_their_physical_addresses) {
    elf.segments = {{0xffff'ffc0'8000'0000, 0x8000'0000, "abcdefgh", 64},
                    {0xffff'ffc0'8000'1000, 0x8000'1000, "ijklmnop", 8}};
    elf.entry = 0x8000'0004;
    const auto loaded = load();
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    EXPECT_EQ(ram.load_u64({0x8000'0000}), 0x6867'6665'6463'6261u);
    EXPECT_EQ(ram.load_u64({0x8000'0008}), 0u);
    EXPECT_EQ(ram.load_u64({0x8000'1000}), 0x706f'6e6d'6c6b'6a69u);
}

TEST_F(LoaderTest, the_device_tree_stands_at_the_end_of_ram) {
    const auto loaded = load();
    ASSERT_TRUE(loaded.has_value());
    EXPECT_GE(loaded->device_tree.value, 0x8030'0000u);
    EXPECT_LT(loaded->device_tree.value, 0x8040'0000u);
    // big-endian magic of a flattened tree
    EXPECT_EQ(ram.load_u64(loaded->device_tree) & 0xffff'ffff, 0xedfe'0dd0u);
}

TEST_F(LoaderTest, a_segment_below_ram_is_named) {
    elf.segments[0].physical = elf.segments[0].virtual_address = elf.entry = 0x1000;
    expect_error({"some-kernel.elf", "0x1000", "0x80000000", "4 MiB"});
}

TEST_F(LoaderTest, a_segment_past_ram_is_named) {
    elf.segments[0].physical = elf.segments[0].virtual_address = elf.entry = 0x8040'0000;
    expect_error({"some-kernel.elf", "0x80400000", "4 MiB"});
}

TEST_F(LoaderTest, a_segment_that_begins_in_ram_and_ends_past_it_is_refused) {
    elf.segments[0].physical = elf.segments[0].virtual_address = elf.entry = 0x803f'fffe;
    expect_error({"some-kernel.elf", "0x803ffffe"});
}

TEST_F(LoaderTest, zeros_larger_than_ram_are_refused) {
    elf.segments[0].memory_size = u64{5} << 20;
    expect_error({"some-kernel.elf", "5242880", "4 MiB"});
    elf.segments[0].memory_size = ~u64{0} - 0x8000'0000;
    const auto image = ElfImage::parse(elf.build(), "some-kernel.elf");
    if (image) {  // the reader may refuse it first
        EXPECT_FALSE(load_kernel(ram, *image, 1, "", Bus()).has_value());
    }
}

TEST_F(LoaderTest, a_segment_in_the_device_trees_place_is_refused) {
    elf.segments[0].memory_size = (u64{4} << 20) - 8;
    expect_error({"some-kernel.elf", "device tree"});
}

TEST_F(LoaderTest, boot_arguments_larger_than_memory_are_refused) {
    bootargs.assign(u64{5} << 20, 'x');
    expect_error({"5242880", "4 MiB"});
}

TEST_F(LoaderTest, an_entry_outside_ram_is_named) {
    elf.entry = 0x9000'0000;
    expect_error({"some-kernel.elf", "0x90000000"});
    elf.entry = 0x8000'0004;  // one past the only segment
    expect_error({"some-kernel.elf", "0x80000004"});
}

TEST_F(LoaderTest, impossible_machines_are_refused_with_the_range) {
    const auto image = ElfImage::parse(elf.build(), "some-kernel.elf");
    ASSERT_TRUE(image.has_value());
    for (const unsigned harts : {0u, 65u}) {
        MachineConfig config;
        config.harts = harts;
        const auto machine = Machine::create(config, *image);
        ASSERT_FALSE(machine.has_value());
        EXPECT_THAT(machine.error().message, HasSubstr("1 to 64"));
    }
    for (const u64 memory : {u64{0}, u64{1} << 20, (u64{2} << 20) + 1, u64{65} << 30}) {
        MachineConfig config;
        config.memory = memory;
        const auto machine = Machine::create(config, *image);
        ASSERT_FALSE(machine.has_value());
        EXPECT_THAT(machine.error().message, HasSubstr("2 MiB to 64 GiB"));
    }
}

}  // namespace
}  // namespace stampede
