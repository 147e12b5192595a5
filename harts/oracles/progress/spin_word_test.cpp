#include "harts/oracles/progress/spin_word.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>

namespace stampede {
namespace {

// Words as the specification encodes them.
constexpr u32 pause = 0x0100000f, nop = 0x00000013, load_a5_8_a0 = 0x00852783,
              amoswap_aq_a5_a1 = 0x0ce5a7af, store_a5_a0 = 0x00f52023, jump_back_4 = 0xffdff06f,
              branch_back_8 = 0xfe079ce3;
constexpr u64 a0 = 0x8000'2000, a1 = 0x8000'3000;

class SpinWordTest : public testing::Test {
protected:
    SpinWordTest() : ram_(std::move(Ram::create(u64{2} << 20).value())) {
        state_.x[10] = a0;
        state_.x[11] = a1;
    }
    // The code begins at RAM's start; `at` counts instructions.
    std::optional<u64> word(std::initializer_list<u32> code, u64 at) {
        PhysAddr to = ram_base;
        for (const u32 instruction : code) {
            ram_.copy_in(to, std::bit_cast<std::array<u8, 4>>(instruction));
            to = to + 4;
        }
        return spin_word(ram_, state_, ram_base.value + 4 * at);
    }
    Ram ram_;
    HartState state_;
};

TEST_F(SpinWordTest, the_load_behind_a_pause_is_found) {
    EXPECT_EQ(word({pause, load_a5_8_a0, branch_back_8}, 0), a0 + 8);
}

TEST_F(SpinWordTest, the_load_in_front_of_a_pause_is_found_when_a_jump_follows) {
    EXPECT_EQ(word({load_a5_8_a0, nop, pause, jump_back_4, amoswap_aq_a5_a1}, 2), a0 + 8);
}

TEST_F(SpinWordTest, an_amo_has_no_offset) {
    EXPECT_EQ(word({amoswap_aq_a5_a1, branch_back_8}, 0), a1);
}

TEST_F(SpinWordTest, a_loop_without_a_read_waits_for_no_word) {
    EXPECT_EQ(word({nop, store_a5_a0, pause, jump_back_4}, 2), std::nullopt);
}

TEST_F(SpinWordTest, code_that_cannot_be_read_is_no_error) {
    EXPECT_EQ(spin_word(ram_, state_, 0), std::nullopt);
    EXPECT_EQ(spin_word(ram_, state_, ram_base.value + ram_.size() - 2), std::nullopt);
}

}  // namespace
}  // namespace stampede
