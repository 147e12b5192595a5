#include "harts/memory/ram.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace stampede {
namespace {

TEST(RamTest, sizes_that_are_no_multiple_of_2_mib_are_refused_by_name) {
    for (const u64 size : {u64{0}, u64{4096}, (u64{2} << 20) + 4096}) {
        const auto ram = Ram::create(size);
        ASSERT_FALSE(ram.has_value());
        EXPECT_NE(ram.error().message.find(std::to_string(size)), std::string::npos)
            << ram.error().message;
        EXPECT_NE(ram.error().message.find("2 MiB"), std::string::npos) << ram.error().message;
    }
}

TEST(RamTest, more_than_any_host_has_is_an_error) {
    const auto ram = Ram::create(u64{1} << 62);
    ASSERT_FALSE(ram.has_value());
    EXPECT_NE(ram.error().message.find("host"), std::string::npos) << ram.error().message;
}

TEST(RamTest, contains_ends_exactly_at_the_last_byte) {
    const auto ram = Ram::create(u64{2} << 20);
    ASSERT_TRUE(ram.has_value());
    EXPECT_TRUE(ram->contains({0x8000'0000}, 8));
    EXPECT_TRUE(ram->contains({0x801f'fff8}, 8));
    EXPECT_TRUE(ram->contains({0x801f'ffff}, 1));
    EXPECT_FALSE(ram->contains({0x801f'fff9}, 8));
    EXPECT_FALSE(ram->contains({0x8020'0000}, 1));
    EXPECT_FALSE(ram->contains({0x7fff'ffff}, 1));
    EXPECT_FALSE(ram->contains({0x7fff'fffc}, 8)) << "no wrap below the base";
    EXPECT_FALSE(ram->contains({~u64{0}}, 1));
    EXPECT_FALSE(ram->contains({0x8000'0000}, ~u64{0}));
    EXPECT_EQ(ram->pages(), 512u);
    EXPECT_EQ(ram->page_index({0x8000'1fff}), 1u);
}

TEST(RamTest, it_is_zero_and_starts_at_a_huge_page) {
    const auto ram = Ram::create(u64{2} << 20);
    ASSERT_TRUE(ram.has_value());
    EXPECT_EQ(reinterpret_cast<u64>(ram->host(ram_base)) % (u64{2} << 20), 0u);
    for (u64 offset = 0; offset < ram->size(); offset += 8) {
        ASSERT_EQ(ram->load_u64(ram_base + offset), 0u);
    }
}

TEST(RamTest, bytes_are_copied_in_and_out_at_any_alignment) {
    auto ram = Ram::create(u64{2} << 20);
    ASSERT_TRUE(ram.has_value());
    const std::array<u8, 5> bytes{1, 2, 3, 4, 5};
    ram->copy_in({0x801f'fffb}, bytes);
    std::array<u8, 5> back{};
    ram->copy_out({0x801f'fffb}, back);
    EXPECT_EQ(back, bytes);
    EXPECT_EQ(ram->load_u64({0x801f'fff8}), 0x0504'0302'0100'0000u);
}

TEST(RamTest, moving_hands_the_mapping_over) {
    auto ram = Ram::create(u64{2} << 20);
    ASSERT_TRUE(ram.has_value());
    ram->store_u64(ram_base, 42);
    const Ram moved = std::move(*ram);
    EXPECT_EQ(moved.load_u64(ram_base), 42u);
    EXPECT_EQ(ram->size(), 0u);
}

}  // namespace
}  // namespace stampede
