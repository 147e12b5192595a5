// Expected results are the privileged specification's, "Virtual Address Translation Process"
// (Sv39): steps 1 to 10.
#include "harts/memory/walk.h"

#include <gtest/gtest.h>

#include <map>

namespace stampede {
namespace {

constexpr u64 v = 0x01, r = 0x02, w = 0x04, x = 0x08, u = 0x10, g = 0x20, a = 0x40, d = 0x80;
constexpr u64 root = 0x8020'0000, middle = 0x8020'1000, last = 0x8020'2000;
constexpr Satp satp{u64{8} << 60 | root >> 12};
constexpr WalkRights supervisor{Privilege::Supervisor, false, false};
constexpr WalkRights user{Privilege::User, false, false};

constexpr u64 pte(u64 physical, u64 flags) { return physical >> 12 << 10 | flags; }

class WalkTest : public testing::Test {
protected:
    // Index 5 of the root, 6 of the middle table, 7 of the last: 5 << 30 | 6 << 21 | 7 << 12.
    static constexpr u64 address = 0x1'40c0'7123;

    void map_page(u64 leaf) {
        memory[root + 5 * 8] = pte(middle, v);
        memory[middle + 6 * 8] = pte(last, v);
        memory[last + 7 * 8] = leaf;
    }
    std::expected<Walked, WalkFault> go(u64 where, Access access, WalkRights rights = supervisor) {
        return walk(
            satp, where, access, rights,
            [&](PhysAddr at) -> std::optional<u64> {
                ++reads;
                const auto found = memory.find(at.value);
                return found == memory.end() ? std::nullopt : std::optional(found->second);
            },
            [&](PhysAddr at, u64 from, u64 to) {
                ++updates;
                if (change_before_update) {
                    memory[at.value] = *change_before_update;
                    change_before_update.reset();
                }
                if (memory[at.value] != from) {
                    return false;
                }
                memory[at.value] = to;
                return true;
            });
    }
    void expect_page_fault(u64 where, Access access, WalkRights rights = supervisor) {
        const auto before = memory;
        const auto walked = go(where, access, rights);
        ASSERT_FALSE(walked.has_value());
        EXPECT_EQ(walked.error(), WalkFault::Page);
        EXPECT_EQ(memory, before) << "a walk that faults sets no A and no D";
    }

    std::map<u64, u64> memory;
    std::optional<u64> change_before_update;
    unsigned reads = 0, updates = 0;
};

TEST_F(WalkTest, three_levels_lead_to_a_page) {
    map_page(pte(0x8765'4000, v | r | a));
    const auto walked = go(address, Access::Read);
    ASSERT_TRUE(walked.has_value());
    EXPECT_EQ(walked->address.value, 0x8765'4123u);
    EXPECT_EQ(walked->level, 0);
    EXPECT_EQ(walked->pte_address.value, last + 7 * 8);
    EXPECT_FALSE(walked->global);
    EXPECT_EQ(reads, 3u);
    EXPECT_EQ(updates, 0u) << "A is set already";
}

TEST_F(WalkTest, a_physical_address_has_56_bits) {
    map_page(pte(0xff'ffff'ffff'f000, v | r | a));
    EXPECT_EQ(go(address, Access::Read)->address.value, 0xff'ffff'ffff'f123u);
}

TEST_F(WalkTest, a_leaf_at_level_1_maps_2_mib) {
    memory[root + 5 * 8] = pte(middle, v);
    memory[middle + 6 * 8] = pte(0x8740'0000, v | r | a);
    const auto walked = go(address, Access::Read);
    ASSERT_TRUE(walked.has_value());
    EXPECT_EQ(walked->address.value, 0x8740'7123u);
    EXPECT_EQ(walked->level, 1);
}

TEST_F(WalkTest, a_leaf_at_level_2_maps_1_gib) {
    memory[root + 5 * 8] = pte(0x8000'0000, v | r | a);
    const auto walked = go(address, Access::Read);
    ASSERT_TRUE(walked.has_value());
    EXPECT_EQ(walked->address.value, 0x80c0'7123u);
    EXPECT_EQ(walked->level, 2);
}

TEST_F(WalkTest, a_misaligned_superpage_faults) {
    memory[root + 5 * 8] = pte(middle, v);
    memory[middle + 6 * 8] = pte(0x8740'1000, v | r | a);
    expect_page_fault(address, Access::Read);
    memory[root + 5 * 8] = pte(0x8020'0000, v | r | a);
    expect_page_fault(address, Access::Read);
}

TEST_F(WalkTest, bits_63_to_39_must_equal_bit_38) {
    for (const u64 flags : {v | r | a}) {
        memory[root] = memory[root + 255 * 8] = memory[root + 256 * 8] = memory[root + 511 * 8] =
            pte(0x8000'0000, flags);
    }
    EXPECT_TRUE(go(0x0000'0000'0000'0000, Access::Read).has_value());
    EXPECT_TRUE(go(0x0000'003f'ffff'ffff, Access::Read).has_value());
    EXPECT_TRUE(go(0xffff'ffc0'0000'0000, Access::Read).has_value());
    EXPECT_TRUE(go(0xffff'ffff'ffff'ffff, Access::Read).has_value());
    for (const u64 bad :
         {0x0000'0040'0000'0000ull, 0xffff'ffbf'ffff'ffffull, 0x8000'0000'0000'0000ull,
          0x0000'ffff'ffff'ffffull, 0x7fff'ffff'ffff'ffffull}) {
        reads = 0;
        expect_page_fault(bad, Access::Read);
        EXPECT_EQ(reads, 0u) << "no PTE is looked at";
    }
}

TEST_F(WalkTest, an_invalid_pte_faults_at_every_level) {
    memory[root + 5 * 8] = 0;
    expect_page_fault(address, Access::Read);
    memory[root + 5 * 8] = pte(middle, v);
    memory[middle + 6 * 8] = pte(last, r | w | x | a | d);  // V clear: the rest means nothing
    expect_page_fault(address, Access::Read);
    memory[middle + 6 * 8] = pte(last, v);
    memory[last + 7 * 8] = 0;
    expect_page_fault(address, Access::Read);
}

TEST_F(WalkTest, a_pointer_at_the_last_level_faults) {
    map_page(pte(0x8765'4000, v));
    expect_page_fault(address, Access::Read);
}

TEST_F(WalkTest, a_pte_outside_memory_is_an_access_fault) {
    memory[root + 5 * 8] = pte(middle, v);
    const auto walked = go(address, Access::Read);
    ASSERT_FALSE(walked.has_value());
    EXPECT_EQ(walked.error(), WalkFault::Access);
}

TEST_F(WalkTest, writable_without_readable_is_reserved) {
    for (const u64 flags : {v | w, v | w | x}) {
        map_page(pte(0x8765'4000, flags | a | d));
        for (const Access access : {Access::Read, Access::Write, Access::Execute}) {
            expect_page_fault(address, access);
        }
    }
}

TEST_F(WalkTest, reserved_bits_fault_in_leaf_and_pointer) {
    for (unsigned bit = 54; bit < 64; ++bit) {
        map_page(pte(0x8765'4000, v | r | a) | u64{1} << bit);
        expect_page_fault(address, Access::Read);
        map_page(pte(0x8765'4000, v | r | a));
        memory[middle + 6 * 8] |= u64{1} << bit;
        expect_page_fault(address, Access::Read);
    }
    map_page(pte(0x8765'4000, v | r | a | 0x300));  // RSW is software's
    EXPECT_TRUE(go(address, Access::Read).has_value());
}

TEST_F(WalkTest, a_d_and_u_of_a_pointer_are_reserved) {
    for (const u64 flag : {a, d, u}) {
        map_page(pte(0x8765'4000, v | r | u | a));
        memory[root + 5 * 8] = pte(middle, v | flag);
        expect_page_fault(address, Access::Read, user);
    }
}

TEST_F(WalkTest, each_access_wants_its_right) {
    struct Case {
        u64 flags;
        bool read, write, execute;
    };
    for (const Case& c :
         {Case{r, true, false, false}, Case{r | w, true, true, false}, Case{x, false, false, true},
          Case{r | x, true, false, true}, Case{r | w | x, true, true, true}}) {
        map_page(pte(0x8765'4000, c.flags | v | a | d));
        EXPECT_EQ(go(address, Access::Read).has_value(), c.read) << c.flags;
        EXPECT_EQ(go(address, Access::Write).has_value(), c.write) << c.flags;
        EXPECT_EQ(go(address, Access::Execute).has_value(), c.execute) << c.flags;
    }
}

TEST_F(WalkTest, mxr_makes_executable_pages_readable_only) {
    map_page(pte(0x8765'4000, v | x | a | d));
    const WalkRights mxr{Privilege::Supervisor, false, true};
    EXPECT_TRUE(go(address, Access::Read, mxr).has_value());
    expect_page_fault(address, Access::Write, mxr);
    EXPECT_TRUE(go(address, Access::Execute, mxr).has_value());
}

TEST_F(WalkTest, users_see_user_pages_only) {
    map_page(pte(0x8765'4000, v | r | w | x | a | d));
    for (const Access access : {Access::Read, Access::Write, Access::Execute}) {
        expect_page_fault(address, access, user);
        expect_page_fault(address, access, {Privilege::User, true, true});
    }
    map_page(pte(0x8765'4000, v | r | w | x | u | a | d));
    for (const Access access : {Access::Read, Access::Write, Access::Execute}) {
        EXPECT_TRUE(go(address, access, user).has_value());
    }
}

TEST_F(WalkTest, supervisors_reach_user_pages_with_sum_and_never_execute_them) {
    map_page(pte(0x8765'4000, v | r | w | x | u | a | d));
    for (const Access access : {Access::Read, Access::Write, Access::Execute}) {
        expect_page_fault(address, access);
    }
    const WalkRights sum{Privilege::Supervisor, true, false};
    EXPECT_TRUE(go(address, Access::Read, sum).has_value());
    EXPECT_TRUE(go(address, Access::Write, sum).has_value());
    expect_page_fault(address, Access::Execute, sum);
}

TEST_F(WalkTest, a_is_set_by_every_access_and_d_by_writes) {
    for (const Access access : {Access::Read, Access::Write, Access::Execute}) {
        map_page(pte(0x8765'4000, v | r | w | x));
        const auto walked = go(address, access);
        ASSERT_TRUE(walked.has_value());
        const u64 expected =
            pte(0x8765'4000, v | r | w | x | a | (access == Access::Write ? d : 0));
        EXPECT_EQ(memory[last + 7 * 8], expected);
        EXPECT_EQ(walked->pte.bits, expected);
    }
}

TEST_F(WalkTest, a_pte_taken_away_before_its_update_faults_and_keeps_its_new_value) {
    map_page(pte(0x8765'4000, v | r | w));
    change_before_update = 0;
    const auto walked = go(address, Access::Write);
    ASSERT_FALSE(walked.has_value());
    EXPECT_EQ(walked.error(), WalkFault::Page);
    EXPECT_EQ(memory[last + 7 * 8], 0u);
}

TEST_F(WalkTest, a_pte_replaced_before_its_update_is_looked_at_again) {
    map_page(pte(0x8765'4000, v | r | w));
    change_before_update = pte(0x8111'1000, v | r | w);
    const auto walked = go(address, Access::Write);
    ASSERT_TRUE(walked.has_value());
    EXPECT_EQ(walked->address.value, 0x8111'1123u);
    EXPECT_EQ(memory[last + 7 * 8], pte(0x8111'1000, v | r | w | a | d));
    EXPECT_EQ(updates, 2u);
}

TEST_F(WalkTest, a_leaf_made_read_only_before_its_update_is_not_written_through) {
    map_page(pte(0x8765'4000, v | r | w));
    change_before_update = pte(0x8765'4000, v | r);
    EXPECT_FALSE(go(address, Access::Write).has_value());
    EXPECT_EQ(memory[last + 7 * 8], pte(0x8765'4000, v | r))
        << "neither A nor D of a PTE that forbids the access";
}

TEST_F(WalkTest, a_superpage_split_before_its_update_is_walked_further) {
    memory[root + 5 * 8] = pte(middle, v);
    memory[middle + 6 * 8] = pte(0x8740'0000, v | r);
    memory[last + 7 * 8] = pte(0x8222'2000, v | r);
    change_before_update = pte(last, v);
    const auto walked = go(address, Access::Read);
    ASSERT_TRUE(walked.has_value());
    EXPECT_EQ(walked->address.value, 0x8222'2123u);
    EXPECT_EQ(walked->level, 0);
    EXPECT_EQ(memory[middle + 6 * 8], pte(last, v)) << "a pointer gets no A";
}

TEST_F(WalkTest, global_is_inherited_from_any_level) {
    for (const u64 at : {root + 5 * 8, middle + 6 * 8, last + 7 * 8}) {
        map_page(pte(0x8765'4000, v | r | a));
        memory[at] |= g;
        EXPECT_TRUE(go(address, Access::Read)->global);
    }
}

}  // namespace
}  // namespace stampede
