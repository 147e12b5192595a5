#include "harts/observe/stack_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "harts/isa/encode.h"

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

// GCC's leaf: its frame has the caller's fp where others have the return address.
TEST_F(StackWalkTest, a_leaf_whose_frame_has_no_return_address_was_called_from_ra) {
    ram_.store_u64({0x8001'0000 - 8}, 0x8001'0040);
    ram_.store_u64({0x8001'0000 - 16}, 0x777);
    frame(0x8001'0040, 0x222, 0x8001'0100);
    frame(0x8001'0100, 0x333, 0);
    EXPECT_THAT(walk_stack_of_leaf(ram_, {}, 0x42, 0x8001'0000, 0x111),
                ElementsAre(0x42, 0x111, 0x222, 0x333));
    EXPECT_THAT(walk_stack_of_leaf(ram_, {}, 0x42, 0x8001'0040, 0x111),
                ElementsAre(0x42, 0x222, 0x333));
}

TEST_F(StackWalkTest, a_leaf_without_a_frame_was_called_from_ra) {
    constexpr u64 caller = 0x8002'0000, leaf = 0x8002'0100;
    const auto put = [&](u64 at, isa::Op op, isa::Operands operands) {
        const u32 word = isa::encode(op, operands).value();
        ram_.copy_in({at}, std::array{static_cast<u8>(word), static_cast<u8>(word >> 8),
                                      static_cast<u8>(word >> 16), static_cast<u8>(word >> 24)});
    };
    const auto walked = [&](u64 pc, u64 ra) {
        return walk_stack_of_leaf(ram_, {}, pc, 0x8001'0040, ra);
    };
    put(caller, isa::Op::Auipc, {0, 1, 0, 0});
    put(caller + 4, isa::Op::Jalr, {leaf - caller, 1, 1, 0});
    put(caller + 8, isa::Op::Jal, {static_cast<i32>(leaf - (caller + 8)), 1, 0, 0});
    for (u64 n = 0; n < 4; ++n) {
        put(leaf + 4 * n, isa::Op::Addi, {1, 10, 10, 0});
    }
    frame(0x8001'0040, 0x222, 0);
    for (const u64 ra : {caller + 8, caller + 12}) {
        EXPECT_THAT(walked(leaf, ra), ElementsAre(leaf, ra, 0x222));
        EXPECT_THAT(walked(leaf + 12, ra), ElementsAre(leaf + 12, ra, 0x222));
        EXPECT_THAT(walked(leaf - 4, ra), ElementsAre(leaf - 4, 0x222)) << "another function";
    }
    put(leaf + 4, isa::Op::Addi, {32, 8, 2, 0});  // fp = sp + 32
    EXPECT_THAT(walked(leaf + 12, caller + 8), ElementsAre(leaf + 12, 0x222));
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
