#include "stress/report/listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stampede {
namespace {

using testing::HasSubstr;

std::string listed() {
    Workload plain{.name = "w", .kind = WorkloadKind::Torture, .description = "does things"};
    Workload wants{.name = "v",
                   .kind = WorkloadKind::Test,
                   .description = "wants things",
                   .needs_sharing = true};
    Guest kmem, eager, wrong;
    kmem.name = "kmem";
    kmem.on_fork = OnFork::Shares;
    eager.name = "eager";
    eager.on_fork = OnFork::Copies;
    wrong.bug = seeded_bug_of("seeded_bug_unlocked_counts");
    wrong.name = wrong.bug->policy();
    return listing({plain, wants}, {kmem, eager, wrong});
}

TEST(Listing, names_every_workload_and_kernel_and_marks_those_that_are_wrong) {
    const std::string text = listed();
    EXPECT_THAT(text, HasSubstr("  w               does things\n"));
    EXPECT_THAT(text, HasSubstr("  kmem\n"));
    EXPECT_THAT(text, testing::ContainsRegex(
                          "wrong on purpose.*\n  seeded_bug_unlocked_counts +counts changed"));
    EXPECT_THAT(text, HasSubstr("shell"));
}

TEST(Listing, what_a_workload_needs_and_which_kernel_has_it_not_stand_in_brackets) {
    EXPECT_THAT(listed(), HasSubstr("  v               wants things  [needs-sharing]\n"));
    EXPECT_THAT(listed(), HasSubstr("  eager  [copies-at-fork]\n"));
}

}  // namespace
}  // namespace stampede
