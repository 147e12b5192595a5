// Address-space identifiers: who gets which, and what a CPU forgets when.
#include "kernel/mm/asid.h"

#include <gmock/gmock.h>

#include <deque>
#include <set>

#include "kernel/tests/machine.h"
#include "kernel/tests/user_cpu.h"

namespace kernel::test {
namespace {

using Event = host::TranslationEvent;
using Kind = Event::Kind;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::Not;

constexpr PhysAddr root{0x8000'0000}, other_root{0x8000'1000};

Event switch_to(const AsidTag& tag, PhysAddr table) {
    return {Kind::use_page_table, {}, tag.asid(), table};
}
Event flush(const AsidTag& tag) { return {Kind::flush_space, {}, tag.asid(), {}}; }
const auto flush_all = Field("kind", &Event::kind, Kind::flush_all);

// A CPU that this generation of ASIDs already runs on.
struct WarmCpu {
    explicit WarmCpu(unsigned cpu) : bound(cpu) { AsidTag{}.use_on_this_cpu(root); }
    host::BoundCpu bound;
};

TEST(Asid, the_first_run_flushes_nothing_since_the_asid_is_fresh) {
    asids_init(100);
    WarmCpu cpu(1);
    AsidTag tag;
    EXPECT_FALSE(tag.ever_used());
    host::RecordedTranslations recorded;
    tag.use_on_this_cpu(root);
    EXPECT_TRUE(tag.ever_used());
    EXPECT_THAT(recorded.events(), ElementsAre(switch_to(tag, root)));
}

TEST(Asid, running_again_on_the_same_cpu_flushes_nothing) {
    asids_init(100);
    WarmCpu cpu(1);
    AsidTag tag, other;
    tag.use_on_this_cpu(root);
    other.use_on_this_cpu(other_root);
    host::RecordedTranslations recorded;
    tag.use_on_this_cpu(root);
    EXPECT_THAT(recorded.events(), ElementsAre(switch_to(tag, root)));
}

TEST(Asid, moving_to_another_cpu_flushes_the_space_there_and_back_too) {
    asids_init(100);
    AsidTag tag;
    {
        WarmCpu cpu(1);
        tag.use_on_this_cpu(root);
    }
    for (unsigned cpu : {2u, 1u, 2u}) {
        WarmCpu there(cpu);
        host::RecordedTranslations recorded;
        tag.use_on_this_cpu(root);
        EXPECT_THAT(recorded.events(), Contains(flush(tag))) << cpu;
    }
}

TEST(Asid, spaces_of_one_generation_have_different_asids_and_none_is_the_kernels) {
    asids_init(7);
    std::set<std::uint16_t> seen;
    AsidTag tags[7];
    for (AsidTag& tag : tags) {
        tag.use_on_this_cpu(root);
        seen.insert(tag.asid());
    }
    EXPECT_EQ(seen, (std::set<std::uint16_t>{1, 2, 3, 4, 5, 6, 7}));
}

TEST(Asid, when_asids_are_used_up_each_cpu_forgets_everything_before_it_runs_a_reused_one) {
    asids_init(3);
    host::BoundCpu bound(3);
    AsidTag tags[3], next;
    for (AsidTag& tag : tags) {
        tag.use_on_this_cpu(root);
    }
    host::RecordedTranslations recorded;
    // generation two: an ASID that one of the three had
    next.use_on_this_cpu(other_root);
    EXPECT_THAT(recorded.events(), Contains(flush_all));

    recorded.clear();
    // its generation is over: another ASID than `next` has
    tags[0].use_on_this_cpu(root);
    EXPECT_NE(tags[0].asid(), next.asid());
    EXPECT_NE(tags[0].asid(), 0);

    host::BoundCpu another(4);
    host::RecordedTranslations there;
    next.use_on_this_cpu(other_root);
    EXPECT_THAT(there.events(), Contains(flush_all));
}

// With many ASIDs each CPU takes tags in batches; what it has left of a generation that is over is
// not given out.
TEST(Asid, cpus_that_take_batches_never_give_out_one_twice_nor_an_old_one) {
    constexpr std::uint16_t largest = 0x3fff;
    asids_init(largest);
    std::set<std::uint16_t> seen;
    for (int round = 0; round < 1000; ++round) {
        for (unsigned cpu : {5u, 6u, 7u}) {
            host::BoundCpu bound(cpu);
            AsidTag tag;
            tag.use_on_this_cpu(root);
            EXPECT_NE(tag.asid(), 0);
            EXPECT_TRUE(seen.insert(tag.asid()).second)
                << round << ": ASID " << tag.asid() << " has another space of this generation";
        }
    }
    {
        host::BoundCpu bound(8);  // uses up the generation
        for (unsigned n = 0; n < largest; ++n) {
            AsidTag{}.use_on_this_cpu(root);
        }
    }
    host::BoundCpu bound(5);  // has a part of a batch of the last one
    AsidTag first, second;
    first.use_on_this_cpu(root);
    host::RecordedTranslations recorded;
    second.use_on_this_cpu(other_root);
    EXPECT_THAT(recorded.events(), Not(Contains(flush_all))) << "both are of the new generation";
    const std::uint16_t before = first.asid();
    first.use_on_this_cpu(root);
    EXPECT_EQ(first.asid(), before) << "one of an old generation would be replaced";
    EXPECT_THAT(recorded.events(), Not(Contains(flush_all))) << "which the first need not leave";
}

TEST(Asid, without_asids_every_switch_forgets_everything) {
    asids_init(0);
    AsidTag tag, other;
    for (int again = 0; again < 2; ++again) {
        for (AsidTag* each : {&tag, &other}) {
            host::RecordedTranslations recorded;
            each->use_on_this_cpu(root);
            EXPECT_THAT(recorded.events(), Contains(flush_all));
            EXPECT_EQ(each->asid(), 0);
        }
    }
    EXPECT_TRUE(tag.ever_used());
}

TEST(Asid, a_cpu_is_told_of_the_new_page_table_before_it_flushes_for_it) {
    asids_init(0);
    AsidTag tag;
    host::RecordedTranslations recorded;
    tag.use_on_this_cpu(root);
    ASSERT_EQ(recorded.events().size(), 2u);
    EXPECT_EQ(recorded.events()[0].kind, Kind::use_page_table);
}

// Many more spaces than ASIDs, on CPUs that keep all they may: each must always see its own byte.
TEST(Asid, no_space_ever_sees_anothers_page) {
    Machine machine(1024, 5);
    std::deque<AddressSpace> spaces(23);
    for (std::size_t i = 0; i < spaces.size(); ++i) {
        ASSERT_TRUE(spaces[i].create());
        ASSERT_TRUE(spaces[i].map_zeroed({0}, {page_size}, Pte::read | Pte::write));
        *spaces[i].page_bytes({0}) = std::byte(i);
    }
    UserCpu cpus[3]{UserCpu(10), UserCpu(11), UserCpu(12)};
    std::uint32_t random = 7;
    for (int step = 0; step < 2000; ++step) {
        random = random * 1664525 + 1013904223;
        const std::size_t which = (random >> 8) % spaces.size();
        const unsigned where = (random >> 20) % 3;
        host::BoundCpu bound(10 + where);
        cpus[where].run(spaces[which]);
        ASSERT_EQ(cpus[where].load({0}).value(), std::byte(which)) << step;
    }
    for (AddressSpace& space : spaces) {
        space.destroy();
    }
}

}  // namespace
}  // namespace kernel::test
