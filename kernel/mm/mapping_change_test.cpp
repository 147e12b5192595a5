// Changing mappings: the entry first, then the flush, only then the frame.
#include "kernel/mm/mapping_change.h"

#include <gmock/gmock.h>

#include <array>

#include "kernel/tests/machine.h"

namespace kernel::test {
namespace {

using Event = host::TranslationEvent;
using Kind = Event::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

class Change : public testing::Test {
protected:
    static VirtAddr page(std::uint64_t number) { return {number * page_size}; }
    void TearDown() override { EXPECT_EQ(policy::frames_in_use(), 0u); }

    Machine machine{64};
    AsidTag tag;
    std::array<Pte, 40> entries{};
};

// What a policy that wants each change flushed at once does not have.
class GatheredChanges : public Change {
protected:
    void SetUp() override {
        if (policy::flushes_each_change) {
            GTEST_SKIP() << policy::name << " flushes each change";
        }
    }
};

TEST_F(Change, each_change_flushes_the_space_where_the_policy_wants_that) {
    if (!policy::flushes_each_change) {
        GTEST_SKIP() << policy::name << " gathers changes";
    }
    tag.use_on_this_cpu(frame_range().first);
    Frame& old = *policy::allocate(FrameOwner::user);
    host::RecordedTranslations recorded;
    MappingChange change(tag);
    change.set(page(1), entries[1], Pte{}, &old);
    EXPECT_THAT(recorded.events(), ElementsAre(Event{Kind::flush_space, {}, tag.asid(), {}}));
    EXPECT_EQ(policy::count(old), 0u);
    change.set(page(2), entries[2], Pte{});
    EXPECT_EQ(recorded.events().size(), 2u);
}

TEST_F(GatheredChanges, the_entry_changes_at_once_and_the_frame_goes_after_the_flush) {
    tag.use_on_this_cpu(frame_range().first);
    Frame& old = *policy::allocate(FrameOwner::user);
    entries[1] = Pte::leaf(address_of(old), Pte::read);
    host::RecordedTranslations recorded;
    {
        MappingChange change(tag);
        change.set(page(1), entries[1], Pte{}, &old);
        EXPECT_EQ(entries[1].bits, 0u);
        EXPECT_EQ(policy::count(old), 1u);
        EXPECT_THAT(recorded.events(), IsEmpty());
    }
    EXPECT_THAT(recorded.events(), ElementsAre(Event{Kind::flush_page, page(1), tag.asid(), {}}));
    EXPECT_EQ(policy::count(old), 0u);
}

TEST_F(Change, finishing_twice_is_once) {
    tag.use_on_this_cpu(frame_range().first);
    Frame& old = *policy::allocate(FrameOwner::user);
    MappingChange change(tag);
    change.set(page(1), entries[1], Pte{}, &old);
    change.finish();
    EXPECT_EQ(policy::count(old), 0u);
    host::RecordedTranslations recorded;
    change.finish();
    EXPECT_THAT(recorded.events(), IsEmpty());
}

TEST_F(GatheredChanges, sixteen_pages_are_flushed_one_by_one_and_seventeen_with_their_space) {
    tag.use_on_this_cpu(frame_range().first);
    host::RecordedTranslations recorded;
    {
        MappingChange change(tag);
        for (unsigned i = 0; i < 16; ++i) {
            change.set(page(i), entries[i], Pte{});
        }
    }
    EXPECT_EQ(recorded.events().size(), 16u);
    EXPECT_EQ(recorded.events()[15], (Event{Kind::flush_page, page(15), tag.asid(), {}}));
    recorded.clear();
    {
        MappingChange change(tag);
        for (unsigned i = 0; i < 17; ++i) {
            change.set(page(i), entries[i], Pte{});
        }
    }
    EXPECT_THAT(recorded.events(), ElementsAre(Event{Kind::flush_space, {}, tag.asid(), {}}));
}

TEST_F(GatheredChanges, any_number_of_frames_can_be_given_up) {
    tag.use_on_this_cpu(frame_range().first);
    host::RecordedTranslations recorded;
    {
        MappingChange change(tag);
        for (unsigned i = 0; i < 40; ++i) {
            change.set(page(i), entries[i], Pte{}, policy::allocate(FrameOwner::user));
        }
    }
    EXPECT_EQ(policy::frames_in_use(), 0u);
    for (unsigned i = 0; i < 40; ++i) {
        EXPECT_THAT(recorded.events(),
                    testing::Contains(Event{Kind::flush_page, page(i), tag.asid(), {}}));
    }
}

TEST_F(Change, a_space_that_never_ran_is_not_flushed_but_its_frames_go) {
    host::RecordedTranslations recorded;
    {
        MappingChange change(tag);
        change.set(page(1), entries[1], Pte{}, policy::allocate(FrameOwner::user));
    }
    EXPECT_THAT(recorded.events(), IsEmpty());
}

}  // namespace
}  // namespace kernel::test
