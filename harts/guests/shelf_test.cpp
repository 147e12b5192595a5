#include "harts/guests/shelf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "harts/base/own_program.h"
#include "harts/report/seeded_bugs.h"

namespace stampede {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ShelfTest : public testing::Test {
protected:
    ShelfTest() {
        std::filesystem::create_directories(folder / "guest/user/stripped");
        std::filesystem::create_directories(folder / "bin");
        for (const std::string& file :
             {std::string("kernel-b.elf"), std::string("kernel-a.elf"), "kernel-" + wrong + ".elf",
              std::string("kernel-.elf"), std::string("other.elf"), std::string("kernel-a.map"),
              std::string("user/sort.elf"), std::string("user/forkbomb.elf"),
              std::string("user/archive.bin")}) {
            std::ofstream(folder / "guest" / file) << "x";
        }
        std::ofstream(folder / "bin/stress") << "x";
    }
    ~ShelfTest() override { std::filesystem::remove_all(folder); }

    const std::string wrong = seeded_bugs().front().policy();
    const std::filesystem::path folder =
        std::filesystem::path(testing::TempDir()) / ("shelf-" + std::to_string(::getpid()));
    const Shelf shelf{folder / "guest", folder / "bin"};
};

TEST_F(ShelfTest, its_kernels_are_the_files_named_so_and_the_table_knows_which_are_wrong) {
    EXPECT_THAT(shelf.kernels(), ElementsAre("a", "b", wrong));
    EXPECT_THAT(shelf.right_kernels(), ElementsAre("a", "b"));
    EXPECT_THAT(shelf.programs(), ElementsAre("forkbomb", "sort"));
    ASSERT_EQ(shelf.all().size(), 3u);
    EXPECT_EQ(shelf.all()[1].kernel, folder / "guest/kernel-b.elf");
    EXPECT_FALSE(shelf.all()[1].is_seeded_bug());
    EXPECT_TRUE(shelf.all()[2].is_seeded_bug());
}

TEST_F(ShelfTest, what_it_has_not_is_refused_with_what_sounds_like_it) {
    EXPECT_EQ(shelf.kernel("a")->kernel, folder / "guest/kernel-a.elf");
    EXPECT_EQ(shelf.kernel(wrong + "x").error().message,
              "there is no policy " + wrong + "x; near: " + wrong);
    EXPECT_EQ(shelf.kernel("zzzzzzz").error().message,
              "there is no policy zzzzzzz; expected one of a, b");
    EXPECT_EQ(*shelf.program("sort"), folder / "guest/user/sort.elf");
    EXPECT_EQ(shelf.program("sotr").error().message, "there is no program sotr; near: sort");
}

TEST_F(ShelfTest, an_empty_one_says_where_it_looked_and_what_fills_it) {
    const Shelf empty(folder / "nowhere");
    EXPECT_TRUE(empty.empty());
    EXPECT_FALSE(shelf.empty());
    EXPECT_THAT(empty.kernels(), IsEmpty());
    EXPECT_THAT(empty.programs(), IsEmpty());
    EXPECT_EQ(empty.kernel("a").error().message, "there is no kernel-a.elf in " +
                                                     (folder / "nowhere").string() +
                                                     "; the target `guest` builds it");
}

TEST_F(ShelfTest, commands_have_a_place_whether_they_are_there_or_not) {
    EXPECT_TRUE(shelf.has_command("stress"));
    EXPECT_EQ(shelf.command("stress"), folder / "bin/stress");
    EXPECT_FALSE(shelf.has_command("nightly"));
    EXPECT_EQ(shelf.command("nightly"), folder / "bin/nightly");
    EXPECT_EQ(shelf.source(), "");
}

// This test lies in build/TREE/tests, the guests in build/TREE/guest.
TEST(ShelfBesideProgram, is_that_of_the_build_tree) {
    const Shelf shelf = Shelf::beside_program();
    const std::filesystem::path tree = own_program().parent_path().parent_path();
    EXPECT_EQ(shelf.kernel(default_kernel)->kernel, tree / "guest/kernel-kmem.elf");
    EXPECT_EQ(shelf.command(own_program().filename().string()), own_program())
        << "beside the program first";
    EXPECT_EQ(shelf.command("no_such_command"), own_program().parent_path() / "no_such_command");
    EXPECT_TRUE(std::filesystem::exists(shelf.source() / "kernel/user/workloads.txt"))
        << shelf.source();
}

TEST(ShelfBesideProgram, names_what_the_build_makes_whether_or_not_it_is_there_yet) {
    const Shelf shelf = Shelf::beside_program();
    const std::filesystem::path guests = own_program().parent_path().parent_path() / "guest";
    const std::vector<Guest> all = shelf.all();
    EXPECT_GE(all.size(), 8 + seeded_bugs().size());
    EXPECT_TRUE(std::ranges::is_sorted(all, {}, &Guest::name));
    for (const char* name : {"eager", "kmem", "seeded_bug_unlocked_counts"}) {
        EXPECT_EQ(shelf.made_by_the_build(name), guests / ("kernel-" + std::string(name) + ".elf"));
        EXPECT_NE(std::ranges::find(all, name, &Guest::name), all.end()) << name;
    }
    EXPECT_EQ(shelf.made_by_the_build("mine"), std::nullopt);
    EXPECT_EQ(Shelf(guests).made_by_the_build("kmem"), std::nullopt) << "a folder is no build tree";
}

}  // namespace
}  // namespace stampede
