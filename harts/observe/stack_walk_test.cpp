#include "harts/observe/stack_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stampede {
namespace {

using testing::ElementsAre;

constexpr u64 user_flags = Pte::v | Pte::r | Pte::w | Pte::u | Pte::a | Pte::d;
constexpr PhysAddr root{0x8000'1000}, middle{0x8000'2000}, last{0x8000'3000}, page{0x8000'4000};
constexpr u64 mapped_at = 0x5000;
constexpr Translation sv39_user{Privilege::User, {Satp::mode_sv39 << 60 | root.value / page_size}};

constexpr u64 pointing_to(PhysAddr at, u64 flags) { return at.value >> 2 | flags; }

class StackWalkTest : public testing::Test {
protected:
    StackWalkTest() : ram_(std::move(Ram::create(u64{2} << 20).value())) {
        ram_.store_u64(root, pointing_to(middle, Pte::v));
        ram_.store_u64(middle, pointing_to(last, Pte::v));
        ram_.store_u64(last + 5 * 8, pointing_to(page, user_flags));
    }
    // A frame whose fp is `fp`, in bare memory.
    void frame(u64 fp, u64 return_address, u64 caller) {
        ram_.store_u64({fp - 8}, return_address);
        ram_.store_u64({fp - 16}, caller);
    }
    Ram ram_;
};

TEST_F(StackWalkTest, the_chain_is_followed_to_its_end) {
    frame(0x8001'0000, 0x111, 0x8001'0040);
    frame(0x8001'0040, 0x222, 0x8001'0100);
    frame(0x8001'0100, 0x333, 0);
    EXPECT_THAT(walk_stack(ram_, {}, 0x42, 0x8001'0000), ElementsAre(0x42, 0x111, 0x222, 0x333));
    EXPECT_THAT(walk_stack(ram_, {}, 0x42, 0x8001'0000, 2), ElementsAre(0x42, 0x111));
}

TEST_F(StackWalkTest, a_chain_that_turns_back_ends) {
    frame(0x8001'0000, 0x111, 0x8001'0040);
    frame(0x8001'0040, 0x222, 0x8001'0000);
    EXPECT_THAT(walk_stack(ram_, {}, 0x42, 0x8001'0000), ElementsAre(0x42, 0x111, 0x222));
}

TEST_F(StackWalkTest, a_frame_pointer_that_is_none_gives_the_pc_alone) {
    for (const u64 fp : {u64{0}, u64{8}, u64{0x8001'0004}, u64{0x1000}, ~u64{0} - 15}) {
        EXPECT_THAT(walk_stack(ram_, {}, 0x42, fp), ElementsAre(0x42)) << fp;
    }
}

TEST_F(StackWalkTest, a_users_stack_is_read_through_its_page_table) {
    frame(page.value + 0x800, 0x1234, 0);
    EXPECT_THAT(walk_stack(ram_, sv39_user, 0x42, mapped_at + 0x800), ElementsAre(0x42, 0x1234));
    EXPECT_EQ(translate(ram_, sv39_user, mapped_at + 0x123), PhysAddr{page.value + 0x123});
    EXPECT_EQ(translate(ram_, sv39_user, 0x6000), std::nullopt);
    EXPECT_EQ(translate(ram_, sv39_user, u64{1} << 38), std::nullopt);
}

TEST_F(StackWalkTest, looking_sets_neither_a_nor_d) {
    const u64 bits = pointing_to(page, user_flags & ~(Pte::a | Pte::d));
    ram_.store_u64(last + 5 * 8, bits);
    EXPECT_TRUE(translate(ram_, sv39_user, mapped_at));
    EXPECT_EQ(ram_.load_u64(last + 5 * 8), bits);
}

TEST_F(StackWalkTest, page_tables_outside_ram_are_no_translation) {
    EXPECT_EQ(translate(ram_, {Privilege::Supervisor, {Satp::mode_sv39 << 60 | 0x123}}, mapped_at),
              std::nullopt);
    ram_.store_u64(root, pointing_to({0x1000'0000}, Pte::v));
    EXPECT_EQ(translate(ram_, sv39_user, mapped_at), std::nullopt);
    ram_.store_u64(root, pointing_to({0x1000'0000}, Pte::v));
}

TEST_F(StackWalkTest, a_page_outside_ram_is_no_translation) {
    ram_.store_u64(last + 5 * 8, pointing_to({0x1000'0000}, user_flags));
    EXPECT_EQ(peek(ram_, sv39_user, mapped_at), std::nullopt);
}

}  // namespace
}  // namespace stampede
