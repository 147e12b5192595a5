// What sfence.vma drops and what must stay (privileged specification, "Supervisor Memory-Management
// Fence Instruction").
#include "harts/memory/tlb.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

namespace stampede {
namespace {

enum class Scope : u8 { Local, Global };

constexpr Satp satp_of(u16 asid, u64 root = 0x80200) {
    return {u64{8} << 60 | u64{asid} << 44 | root};
}

void put(TlbBank& bank, u64 address, Scope scope = Scope::Local, int level = 0) {
    TlbEntry& entry =
        bank.take(address, 0x8000'0000 + (address & 0xff'f000), level, scope == Scope::Global);
    entry.read = entry.write = address & ~page_offset_mask;
}
bool holds(const TlbBank& bank, u64 address) {
    return bank.entries[TlbBank::index(address)].read == (address & ~page_offset_mask);
}
bool holds_code(const TlbBank& bank, u64 address) {
    return bank.fetch[TlbBank::fetch_index(address)].page == (address & ~page_offset_mask);
}

class TlbTest : public testing::Test {
protected:
    std::unique_ptr<Tlb> tlb_ = std::make_unique<Tlb>();
    Tlb& tlb = *tlb_;
};

TEST_F(TlbTest, an_entry_has_no_tags_before_it_is_filled) {
    const TlbEntry& entry = tlb.bare().take(0x8000'0000, 0x8000'0000, 0, false);
    EXPECT_EQ(entry.read, no_tag);
    EXPECT_EQ(entry.write, no_tag);
}

TEST_F(TlbTest, taking_an_entry_for_the_same_translation_keeps_its_tags) {
    put(tlb.bare(), 0x8000'1000);
    EXPECT_EQ(tlb.bare().take(0x8000'1008, 0x8000'1000, 0, false).write, 0x8000'1000u);
}

TEST_F(TlbTest, taking_an_entry_for_another_meaning_empties_it) {
    TlbBank& bank = tlb.user(satp_of(1));
    for (const auto& [physical, level, global] :
         {std::tuple{0x8000'2000u, 0, false}, std::tuple{0x8000'1000u, 1, false},
          std::tuple{0x8000'1000u, 0, true}}) {
        put(bank, 0x1000);
        const TlbEntry& entry = bank.take(0x1000, physical, level, global);
        EXPECT_EQ(entry.read, no_tag);
        EXPECT_EQ(entry.write, no_tag);
    }
}

TEST_F(TlbTest, pages_that_share_an_index_replace_each_other) {
    TlbBank& bank = tlb.user(satp_of(1));
    put(bank, 0x1000);
    put(bank, 0x1000 + TlbBank::size * page_size);
    EXPECT_FALSE(holds(bank, 0x1000));
    EXPECT_TRUE(holds(bank, 0x1000 + TlbBank::size * page_size));
}

TEST_F(TlbTest, address_spaces_do_not_see_each_others_entries) {
    put(tlb.user(satp_of(1)), 0x1000);
    EXPECT_FALSE(holds(tlb.user(satp_of(2)), 0x1000));
    EXPECT_TRUE(holds(tlb.user(satp_of(1)), 0x1000)) << "a change of address space flushes nothing";
}

TEST_F(TlbTest, supervisor_entries_with_g_outlive_a_change_of_asid_and_others_do_not) {
    for (TlbBank& (Tlb::*bank)(Satp) : {&Tlb::supervisor, &Tlb::supervisor_sum}) {
        put((tlb.*bank)(satp_of(1)), 0x1000, Scope::Local);
        put((tlb.*bank)(satp_of(1)), 0xffff'ffc0'0000'2000, Scope::Global);
        TlbBank& after = (tlb.*bank)(satp_of(2));
        EXPECT_FALSE(holds(after, 0x1000));
        EXPECT_TRUE(holds(after, 0xffff'ffc0'0000'2000));
    }
}

TEST_F(TlbTest, supervisor_code_without_g_goes_with_its_asid_too) {
    TlbBank& bank = tlb.supervisor(satp_of(1));
    bank.put_fetch(0x1000, 0x8000'1000, 0, false, nullptr);
    bank.put_fetch(0x2000, 0x8000'2000, 0, true, nullptr);
    TlbBank& after = tlb.supervisor(satp_of(2));
    EXPECT_FALSE(holds_code(after, 0x1000));
    EXPECT_TRUE(holds_code(after, 0x2000));
}

TEST_F(TlbTest, more_address_spaces_than_banks_recycle_the_least_recently_used_empty) {
    for (u16 asid = 1; asid <= Tlb::user_banks; ++asid) {
        put(tlb.user(satp_of(asid)), 0x1000, Scope::Global);
    }
    (void)tlb.user(satp_of(1));  // used again: 2 is the oldest now
    EXPECT_FALSE(holds(tlb.user(satp_of(100)), 0x1000))
        << "G of another address space's user bank too";
    EXPECT_TRUE(holds(tlb.user(satp_of(1)), 0x1000));
    EXPECT_FALSE(holds(tlb.user(satp_of(2)), 0x1000));
}

TEST_F(TlbTest, sfence_of_everything_spares_only_untranslated_entries) {
    put(tlb.bare(), 0x8000'0000);
    put(tlb.user(satp_of(1)), 0x1000, Scope::Global);
    put(tlb.user(satp_of(2)), 0x2000);
    put(tlb.supervisor(satp_of(2)), 0x3000, Scope::Global);
    put(tlb.supervisor_sum(satp_of(2)), 0x4000);
    tlb.supervisor(satp_of(2)).put_fetch(0x5000, 0x8000'5000, 0, true, nullptr);
    tlb.flush_all();
    EXPECT_TRUE(holds(tlb.bare(), 0x8000'0000)) << "there is no translation in it";
    EXPECT_FALSE(holds(tlb.user(satp_of(1)), 0x1000));
    EXPECT_FALSE(holds(tlb.user(satp_of(2)), 0x2000));
    EXPECT_FALSE(holds(tlb.supervisor(satp_of(2)), 0x3000));
    EXPECT_FALSE(holds(tlb.supervisor_sum(satp_of(2)), 0x4000));
    EXPECT_FALSE(holds_code(tlb.supervisor(satp_of(2)), 0x5000));
}

TEST_F(TlbTest, sfence_of_an_address_drops_that_page_in_every_address_space_with_g) {
    put(tlb.user(satp_of(1)), 0x1000);
    put(tlb.user(satp_of(1)), 0x2000);
    put(tlb.user(satp_of(2)), 0x1000, Scope::Global);
    put(tlb.supervisor(satp_of(2)), 0x1000, Scope::Global);
    put(tlb.supervisor_sum(satp_of(2)), 0x1000);
    tlb.user(satp_of(1)).put_fetch(0x1000, 0x8000'1000, 0, false, nullptr);
    tlb.flush_address(0x1abc);
    EXPECT_FALSE(holds(tlb.user(satp_of(1)), 0x1000));
    EXPECT_FALSE(holds_code(tlb.user(satp_of(1)), 0x1000));
    EXPECT_FALSE(holds(tlb.user(satp_of(2)), 0x1000));
    EXPECT_FALSE(holds(tlb.supervisor(satp_of(2)), 0x1000));
    EXPECT_FALSE(holds(tlb.supervisor_sum(satp_of(2)), 0x1000));
    EXPECT_TRUE(holds(tlb.user(satp_of(1)), 0x2000));
}

TEST_F(TlbTest, sfence_of_a_page_leaves_another_page_at_the_same_index) {
    put(tlb.user(satp_of(1)), 0x1000 + TlbBank::size * page_size);
    tlb.flush_address(0x1000);
    EXPECT_TRUE(holds(tlb.user(satp_of(1)), 0x1000 + TlbBank::size * page_size));
}

TEST_F(TlbTest, sfence_of_an_asid_leaves_global_entries_and_other_asids) {
    put(tlb.user(satp_of(1)), 0x1000);
    put(tlb.user(satp_of(1)), 0x2000, Scope::Global);
    put(tlb.user(satp_of(2)), 0x1000);
    put(tlb.supervisor(satp_of(1)), 0x3000);
    put(tlb.supervisor(satp_of(1)), 0x4000, Scope::Global);
    tlb.flush_asid(1);
    EXPECT_FALSE(holds(tlb.user(satp_of(1)), 0x1000));
    EXPECT_TRUE(holds(tlb.user(satp_of(1)), 0x2000));
    EXPECT_TRUE(holds(tlb.user(satp_of(2)), 0x1000));
    EXPECT_FALSE(holds(tlb.supervisor(satp_of(1)), 0x3000));
    EXPECT_TRUE(holds(tlb.supervisor(satp_of(1)), 0x4000));
}

TEST_F(TlbTest, sfence_of_address_and_asid_drops_one_page_of_one_address_space) {
    put(tlb.user(satp_of(1)), 0x1000);
    put(tlb.user(satp_of(1)), 0x2000);
    put(tlb.user(satp_of(2)), 0x1000);
    put(tlb.user(satp_of(3)), 0x1000, Scope::Global);
    tlb.flush_address_asid(0x1000, 1);
    EXPECT_FALSE(holds(tlb.user(satp_of(1)), 0x1000));
    EXPECT_TRUE(holds(tlb.user(satp_of(1)), 0x2000));
    EXPECT_TRUE(holds(tlb.user(satp_of(2)), 0x1000));
    tlb.flush_address_asid(0x1000, 3);
    EXPECT_TRUE(holds(tlb.user(satp_of(3)), 0x1000))
        << "global mappings stay when an ASID is given";
}

TEST_F(TlbTest, sfence_of_any_address_in_a_superpage_drops_all_its_pieces) {
    constexpr u64 region = 0x4020'0000;
    for (const int level : {1, 2}) {
        TlbBank& bank = tlb.user(satp_of(1));
        put(bank, region + 0x3000, Scope::Local, level);
        put(bank, region + 0x1'f000, Scope::Local, level);
        put(bank, 0x9000'5000, Scope::Local, level);  // another 1 GiB region
        put(bank, region + 0x4000, Scope::Local,
            0);  // an ordinary page, mapped before the superpage
        bank.put_fetch(region + 0x7000, 0x8000'7000, level, false, nullptr);
        tlb.flush_address(region + (level == 1 ? 0x10'0000 : 0x1000'0000));
        EXPECT_FALSE(holds(bank, region + 0x3000)) << level;
        EXPECT_FALSE(holds(bank, region + 0x1'f000)) << level;
        EXPECT_FALSE(holds_code(bank, region + 0x7000)) << level;
        EXPECT_TRUE(holds(bank, 0x9000'5000)) << level;
        EXPECT_TRUE(holds(bank, region + 0x4000)) << level;
    }
}

TEST_F(TlbTest, sfence_in_a_superpage_by_asid_spares_its_global_pieces) {
    TlbBank& bank = tlb.user(satp_of(1));
    put(bank, 0x4020'3000, Scope::Local, 1);
    put(bank, 0x4020'4000, Scope::Global, 1);
    tlb.flush_address_asid(0x4030'0000, 1);
    EXPECT_FALSE(holds(bank, 0x4020'3000));
    EXPECT_TRUE(holds(bank, 0x4020'4000));
}

TEST_F(TlbTest, superpages_of_the_upper_half_are_found_too) {
    TlbBank& bank = tlb.supervisor(satp_of(1));
    put(bank, 0xffff'ffc0'0020'3000, Scope::Global, 1);
    tlb.flush_address(0x20'0000);  // the lower half's page of the same low bits
    EXPECT_TRUE(holds(bank, 0xffff'ffc0'0020'3000));
    tlb.flush_address(0xffff'ffc0'003f'f000);
    EXPECT_FALSE(holds(bank, 0xffff'ffc0'0020'3000));
}

TEST_F(TlbTest, a_write_tag_alone_is_flushed_by_address) {
    TlbBank& bank = tlb.user(satp_of(1));
    put(bank, 0x1000);
    bank.entries[TlbBank::index(0x1000)].read = no_tag;
    tlb.flush_address(0x1000);
    EXPECT_EQ(bank.entries[TlbBank::index(0x1000)].write, no_tag);
}

TEST_F(TlbTest, write_tags_of_revoked_pages_go_and_read_tags_stay) {
    TlbBank& bank = tlb.user(satp_of(1));
    // flags in the low bits of `physical` are no part of the page
    put(bank, 0x1000, Scope::Global, 1);
    put(bank, 0x2000);
    bank.drop_write_tags([](PhysAddr page) { return page.value == 0x8000'1000; });
    EXPECT_EQ(bank.entries[TlbBank::index(0x1000)].write, no_tag);
    EXPECT_EQ(bank.entries[TlbBank::index(0x1000)].read, 0x1000u);
    EXPECT_EQ(bank.entries[TlbBank::index(0x2000)].write, 0x2000u);
}

TEST_F(TlbTest, code_that_is_dropped_is_forgotten_under_all_its_addresses) {
    TlbBank& bank = tlb.user(satp_of(1));
    auto* code = reinterpret_cast<CodePage*>(0x1000);  // never followed
    auto* other = reinterpret_cast<CodePage*>(0x2000);
    bank.put_fetch(0x1000, 0x8000'1000, 0, false, code);
    bank.put_fetch(0x5000, 0x8000'1000, 0, false, code);
    bank.put_fetch(0x6000, 0x8000'2000, 0, false, other);
    bank.drop_fetch_of(code);
    EXPECT_FALSE(holds_code(bank, 0x1000));
    EXPECT_FALSE(holds_code(bank, 0x5000));
    EXPECT_TRUE(holds_code(bank, 0x6000));
}

// --- snapshots -----------------------------------------------------------------------------------

// Everything that a Tlb does, at random.
class Changes {
public:
    explicit Changes(u64 seed) : random_(seed) {}

    void make(Tlb& tlb, unsigned number) {
        for (unsigned n = 0; n < number; ++n) {
            make_one(tlb);
        }
    }

private:
    u64 next(u64 below) { return random_() % below; }
    u64 address() { return next(2) << 63 | next(600) << 12 | next(8); }
    TlbBank& bank(Tlb& tlb) {
        const u64 kind = next(5);
        return kind == 0   ? tlb.bare()
               : kind == 1 ? tlb.supervisor(satp_of(asid()))
               : kind == 2 ? tlb.supervisor_sum(satp_of(asid()))
                           : tlb.user(satp_of(asid()));
    }
    u16 asid() { return static_cast<u16>(1 + next(20)); }
    void make_one(Tlb& tlb) {
        switch (next(12)) {
        case 0: tlb.flush_address(address()); break;
        case 1: tlb.flush_address_asid(address(), asid()); break;
        case 2: next(8) == 0 ? tlb.flush_all() : tlb.flush_asid(asid()); break;
        case 3: tlb.for_each_bank([](TlbBank& one) { one.drop_fetch_of(code); }); break;
        case 4:
            tlb.for_each_supervisor_bank(
                [&](TlbBank& one) { one.clear(one.entries[next(TlbBank::size)]); });
            break;
        case 5:
            bank(tlb).put_fetch(address(), next(300) << 12, static_cast<int>(next(2)), next(2) != 0,
                                code);
            break;
        default:
            put(bank(tlb), address(), next(2) != 0 ? Scope::Global : Scope::Local,
                static_cast<int>(next(3)));
        }
    }

    static inline CodePage* const code = reinterpret_cast<CodePage*>(0x1000);  // never followed
    std::mt19937_64 random_;
};

void expect_same(const TlbBank& bank, const TlbBank& saved) {
    for (u64 n = 0; n < TlbBank::size; ++n) {
        const TlbEntry &is = bank.entries[n], &was = saved.entries[n];
        EXPECT_EQ(is.read, was.read) << n;
        EXPECT_EQ(is.write, was.write) << n;
        EXPECT_EQ(is.physical, was.physical) << n;
    }
    for (u64 n = 0; n < TlbBank::fetch_size; ++n) {
        EXPECT_EQ(bank.fetch[n].page, saved.fetch[n].page) << n;
        EXPECT_EQ(bank.fetch[n].physical, saved.fetch[n].physical) << n;
    }
    EXPECT_EQ(bank.used, saved.used);
    EXPECT_EQ(bank.fetch_used, saved.fetch_used);
    EXPECT_EQ(bank.superpages, saved.superpages);
    EXPECT_EQ(bank.last_use, saved.last_use);
    EXPECT_EQ(bank.asid, saved.asid);
}

// The banks in use, by a copy: to look at them counts as a change.
std::vector<TlbBank> banks_of(const Tlb& tlb) {
    std::vector<TlbBank> banks;
    auto copy = std::make_unique<Tlb>(tlb);
    copy->for_each_bank([&](TlbBank& bank) { banks.push_back(bank); });
    return banks;
}

TEST_F(TlbTest, whatever_changes_is_taken_back) {
    for (u64 seed = 1; seed <= 60 && !HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        tlb = Tlb{};
        Changes changes(seed);
        changes.make(tlb, 200);
        // selected, so changed without being asked for again
        TlbBank &data = tlb.user(satp_of(3)), &fetch = tlb.supervisor(satp_of(3));
        tlb.count_changes({&data, &fetch});
        const auto saved = std::make_unique<const Tlb>(tlb);
        for (unsigned round = 0; round < 3; ++round) {
            put(data, 0x7000, Scope::Local, 1);
            fetch.put_fetch(0x9000, 0x8000'9000, 0, false, nullptr);
            changes.make(tlb, round * 70);
            tlb.restore(*saved, [](PhysAddr at) { return reinterpret_cast<CodePage*>(at.value); });
            const std::vector<TlbBank> now = banks_of(tlb), then = banks_of(*saved);
            ASSERT_EQ(now.size(), then.size());
            for (std::size_t n = 0; n < now.size(); ++n) {
                expect_same(now[n], then[n]);
            }
            EXPECT_EQ(tlb.user(satp_of(50)).last_use,
                      std::make_unique<Tlb>(*saved)->user(satp_of(50)).last_use)
                << "the clock";
            tlb.restore(*saved, [](PhysAddr at) { return reinterpret_cast<CodePage*>(at.value); });
        }
    }
}

TEST_F(TlbTest, a_fetch_entry_comes_back_with_the_code_that_is_there_now) {
    TlbBank& bank = tlb.user(satp_of(1));
    bank.put_fetch(0x1000, 0x8000'1000, 0, false, reinterpret_cast<CodePage*>(0x10));
    tlb.count_changes({&bank});
    const auto saved = std::make_unique<const Tlb>(tlb);
    bank.drop_fetch_of(reinterpret_cast<CodePage*>(0x10));
    tlb.restore(*saved, [](PhysAddr at) { return reinterpret_cast<CodePage*>(at.value + 1); });
    EXPECT_TRUE(holds_code(bank, 0x1000));
    EXPECT_EQ(bank.fetch[TlbBank::fetch_index(0x1000)].code,
              reinterpret_cast<CodePage*>(0x8000'1001));
}

}  // namespace
}  // namespace stampede
