// What each maker of a guest says of it.
#include "harts/guests/guest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harts/guests/bare_loops.h"
#include "harts/guests/our_kernel.h"

namespace stampede {
namespace {

using testing::Contains;
using testing::IsEmpty;

Guest that(OnFork on_fork) {
    Guest guest;
    guest.on_fork = on_fork;
    return guest;
}

TEST(Guest, a_kernel_that_copies_at_fork_cannot_pass_what_needs_sharing) {
    const Workload needs{.needs_sharing = true}, shares{.shares_pages = true};
    EXPECT_FALSE(that(OnFork::Copies).can_pass(needs));
    EXPECT_TRUE(that(OnFork::Shares).can_pass(needs));
    EXPECT_TRUE(that(OnFork::Unknown).can_pass(needs)) << "nobody has said that it cannot";
    EXPECT_TRUE(that(OnFork::Copies).can_pass(shares));
}

TEST(OurKernel, has_its_files_where_the_build_puts_them) {
    const Guest guest = our_kernel("/g", "kmem");
    EXPECT_EQ(guest.name, "kmem");
    EXPECT_EQ(guest.kernel, "/g/kernel-kmem.elf");
    EXPECT_EQ(guest.program("forkbomb"), "/g/user/forkbomb.elf");
    EXPECT_FALSE(guest.is_seeded_bug());
}

TEST(OurKernel, is_started_by_words_and_ends_itself_but_for_its_shell) {
    const Guest guest = our_kernel("/g", "kmem");
    const Start run = guest.start({"forkbomb", "ops=5 seed=7"}).value(),
                alone = guest.start({"forkbomb", ""}).value(),
                shell = guest.start({"", "seed=7"}).value();
    EXPECT_EQ(run.bootargs, "run=forkbomb ops=5 seed=7");
    EXPECT_EQ(run.ends, EndsBy::Finisher);
    EXPECT_EQ(alone.bootargs, "run=forkbomb");
    EXPECT_EQ(shell.bootargs, "shell=once seed=7");
    EXPECT_EQ(shell.ends, EndsBy::Input);
}

TEST(OurKernel, what_is_wrong_with_it_on_purpose_stands_in_the_table) {
    const SeededBug& first = seeded_bugs().front();
    EXPECT_EQ(our_kernel("/g", first.policy()).bug, &first);
    EXPECT_FALSE(our_kernel("/g", first.name).is_seeded_bug());
}

TEST(OurKernel, a_file_that_cannot_be_used_tells_nothing) {
    EXPECT_EQ(our_kernel("/nowhere", "kmem").on_fork, OnFork::Unknown);
    EXPECT_THAT(our_kernels("/nowhere"), IsEmpty());
}

// None of them is told by its name: whoever builds a kernel must not lose the object that says it.
TEST(OurKernel, every_one_that_is_built_tells_what_its_fork_does) {
    const std::vector<std::string> names = our_kernels(STAMPEDE_GUESTS);
    EXPECT_THAT(names, Contains("kmem"));
    std::vector<std::string> copying;
    for (const std::string& name : names) {
        const OnFork told = our_kernel(STAMPEDE_GUESTS, name).on_fork;
        EXPECT_NE(told, OnFork::Unknown) << name;
        if (told == OnFork::Copies) {
            copying.push_back(name);
        }
    }
    EXPECT_THAT(copying, testing::ElementsAre("eager"));
}

TEST(BareLoops, are_started_by_a_loops_name) {
    const Guest guest = bare_loops("/g");
    EXPECT_EQ(guest.kernel, "/g/bench_loops.elf");
    EXPECT_EQ(guest.program("int"), "");
    EXPECT_EQ(guest.start({"int", "units=5"})->bootargs, "loop=int units=5");
    EXPECT_EQ(guest.start({"int", ""})->bootargs, "loop=int");
}

}  // namespace
}  // namespace stampede
