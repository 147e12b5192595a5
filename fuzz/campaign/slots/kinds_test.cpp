#include "fuzz/campaign/slots/kinds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fuzz/campaign/tests/temporary_folder.h"

namespace stampede::campaign {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Kinds, without_its_program_a_kind_is_left_out_with_a_word_about_it) {
    const TemporaryFolder folder;
    const SlotSetup setup{Shelf(folder.path(), folder.path()), {}, {}};
    const auto program = [&](const char* name, const char* script) {
        std::ofstream(folder.path() / name) << "#!/bin/sh\n" << script << "\n";
        std::filesystem::permissions(folder.path() / name, std::filesystem::perms::owner_all);
    };
    program("fuzz_syscalls", "[ $STAMPEDE_SCHEDULE != parallel ]");
    program("stress", "exit 0");
    CampaignOptions options;
    options.policies = {"kmem"};
    for (const Share& share : shares) {
        options.kinds.push_back(share.kind);
    }
    std::vector<std::string> problems;
    EXPECT_THAT(possible_kinds(
                    options, setup, [] { return false; }, problems),
                ElementsAre(SlotKind::Fuzz, SlotKind::Stress, SlotKind::FailAllocations));
    EXPECT_THAT(problems, ElementsAre(HasSubstr("fuzz-race: left out, there is no "),
                                      HasSubstr("fuzz_syscalls refuses STAMPEDE_SCHEDULE=parallel"),
                                      HasSubstr("fuzz-race-parallel: left out, there is no ")));
    program("fuzz_syscalls-race", "[ $STAMPEDE_SCHEDULE != parallel ]");
    problems.clear();
    EXPECT_EQ(possible_kinds(
                  options, setup, [] { return false; }, problems)
                  .size(),
              options.kinds.size() - 2);
    EXPECT_THAT(problems, Contains(HasSubstr("fuzz-race-parallel: left out, fuzz_syscalls-race "
                                             "refuses STAMPEDE_SCHEDULE=parallel")));
    program("fuzz_syscalls", "exit 0");
    program("fuzz_syscalls-race", "exit 0");
    problems.clear();
    EXPECT_EQ(possible_kinds(options, setup, [] { return false; }, problems), options.kinds);
    EXPECT_THAT(problems, IsEmpty());
}

TEST(Kinds, one_none_of_whose_slots_ended_well_is_told) {
    State state;
    state.cells[{SlotKind::Fuzz, "kmem", 2}] = {3, 1, 0, {}, 3, "one"};
    state.cells[{SlotKind::Fuzz, "kmem", 4}] = {2, 1, 0, {}, 2, "two"};
    state.cells[{SlotKind::Stress, "kmem", 4}] = {2, 1, 0, {}, 1, "three"};
    std::vector<std::string> problems;
    report_unusable(state, problems);
    EXPECT_THAT(problems, ElementsAre("fuzz: none of 5 slots ended as it should; the last: two"));
}

}  // namespace
}  // namespace stampede::campaign
