// With shell scripts in the place of the target.
#include "fuzz/campaign/corpus/minimise_corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "fuzz/campaign/corpus/sha1.h"
#include "fuzz/campaign/tests/temporary_folder.h"
#include "harts/report/atomic_file.h"

namespace stampede::campaign {
namespace {

using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class MinimiseCorpusTest : public testing::Test {
protected:
    MinimiseCorpusTest() {
        for (const char* unit : {"one", "two", "three", "four"}) {
            std::ofstream(corpus.folder() / sha1(unit)) << unit;
        }
    }
    std::optional<Minimisation> minimise(const std::string& script) const {
        const auto file = setup.shelf.command("fuzz_syscalls");
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file)
            << "#!/bin/sh\nfor word; do kept=$from; from=$word; done\necho $STAMPEDE_CPUS >>"
            << calls().string() << "\n"
            << script << "\n";
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
        std::vector<Slot> slots(2);
        slots[0].policy = slots[1].policy = "kmem";
        slots[0].harts = 2;
        slots[1].harts = 8;
        const auto done =
            minimise_corpus(corpus, slots, setup, temporary.path() / "work", [] { return false; });
        EXPECT_TRUE(done.has_value()) << done.error().message;
        return done.value_or(std::nullopt);
    }
    std::filesystem::path calls() const { return temporary.path() / "calls"; }

    TemporaryFolder temporary;
    const SlotSetup setup{Shelf(temporary.path() / "guest", temporary.path() / "bin"),
                          temporary.path() / "corpus",
                          {}};
    const Corpus corpus = *Corpus::open(temporary.path() / "corpus", "kmem", ~u64{0});
};

TEST_F(MinimiseCorpusTest, what_any_number_of_harts_needs_stays) {
    const auto done = minimise(
        "if [ $STAMPEDE_CPUS = 2 ]; then unit=one; else unit=two; fi\n"
        "printf $unit >$kept/$(printf $unit | sha1sum | cut -c1-40)\n"
        "echo 'MERGE-OUTER: 1 new files with 7 new features added; 0 new coverage edges'");
    ASSERT_TRUE(done.has_value());
    EXPECT_EQ(done->before, 4u);
    EXPECT_EQ(done->gone, 2u);
    EXPECT_THAT(corpus.entries(), UnorderedElementsAre(sha1("one"), sha1("two")));
    EXPECT_EQ(read_file(calls()), "2\n8\n");
    EXPECT_TRUE(std::filesystem::is_empty(temporary.path() / "work"));
}

TEST_F(MinimiseCorpusTest, one_that_ends_well_without_saying_so_changes_nothing) {
    EXPECT_FALSE(minimise("echo 'MERGE-OUTER: zero successful attempts, exiting'").has_value());
    EXPECT_FALSE(
        minimise("printf one >$kept/$(printf one | sha1sum | cut -c1-40)\n"
                 "echo 'MERGE-OUTER: 5 new files with 7 new features added; 0 new coverage edges'")
            .has_value())
        << "it wrote one file only";
    EXPECT_FALSE(
        minimise("[ $STAMPEDE_CPUS = 2 ] || exit 0\nprintf one >$kept/$(printf one | sha1sum | cut "
                 "-c1-40)\n"
                 "echo 'MERGE-OUTER: 1 new files with 7 new features added; 0 new coverage edges'")
            .has_value())
        << "nothing of 8 harts";
    EXPECT_THAT(corpus.entries(), SizeIs(4));
}

TEST_F(MinimiseCorpusTest, folders_names_may_have_blanks) {
    ASSERT_FALSE(minimise("printf '%s|' \"$@\" >" + (temporary.path() / "words").string() +
                          "; ls $kept/../corpus >" + (temporary.path() / "list").string())
                     .has_value());
    const std::string words = read_file(temporary.path() / "words").value_or("");
    EXPECT_EQ(words.find(' '), std::string::npos) << words;
    EXPECT_EQ(words.find(temporary.path().string()), std::string::npos) << words;
    EXPECT_EQ(std::ranges::count(read_file(temporary.path() / "list").value_or(""), '\n'), 4);
}

TEST_F(MinimiseCorpusTest, one_that_does_not_come_to_its_end_changes_nothing) {
    EXPECT_FALSE(
        minimise("printf one >$kept/$(printf one | sha1sum | cut -c1-40); exit 1").has_value());
    EXPECT_THAT(corpus.entries(), SizeIs(4));
    EXPECT_FALSE(minimise("printf one >$kept/$(printf one | sha1sum | cut -c1-40); kill -KILL $$")
                     .has_value());
    EXPECT_THAT(corpus.entries(), SizeIs(4));
}

}  // namespace
}  // namespace stampede::campaign
