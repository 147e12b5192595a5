#include "fuzz/campaign/corpus/corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fuzz/campaign/corpus/sha1.h"
#include "fuzz/campaign/tests/temporary_folder.h"
#include "harts/report/atomic_file.h"

namespace stampede::campaign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class CorpusTest : public testing::Test {
protected:
    static constexpr u64 plenty = u64{1} << 30;

    Corpus open(u64 most_bytes = plenty) const {
        auto corpus = Corpus::open(folder.path() / "corpus", "kmem", most_bytes);
        EXPECT_TRUE(corpus.has_value()) << corpus.error().message;
        return *corpus;
    }
    // A unit in `where`, whole.
    std::string put(const std::string& where, const std::string& content) const {
        write(where, sha1(content), content);
        return sha1(content);
    }
    void write(const std::string& where, const std::string& name,
               const std::string& content) const {
        std::filesystem::create_directories(folder.path() / where);
        std::ofstream(folder.path() / where / name) << content;
    }
    TakenIn take_in(const Corpus& corpus, const std::string& where) const {
        const auto taken = corpus.take_in(folder.path() / where);
        EXPECT_TRUE(taken.has_value()) << taken.error().message;
        return taken.value_or(TakenIn{});
    }

    TemporaryFolder folder;
};

TEST_F(CorpusTest, whole_units_move_in_and_torn_ones_go) {
    const Corpus corpus = open();
    const std::string one = put("new", "one"), two = put("new", "two");
    write("new", sha1("three"), "thr");
    write("new", sha1("four"), "");
    const TakenIn taken = take_in(corpus, "new");
    EXPECT_EQ(taken.added, 2u);
    EXPECT_EQ(taken.torn, 2u);
    EXPECT_THAT(corpus.entries(), UnorderedElementsAre(one, two));
    EXPECT_EQ(read_file(corpus.folder() / one), "one");
    EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "new"));
}

TEST_F(CorpusTest, an_absent_folder_holds_nothing_to_take_in) {
    EXPECT_EQ(take_in(open(), "never made").added, 0u);
}

TEST_F(CorpusTest, a_full_corpus_takes_no_more_and_says_how_many) {
    const Corpus corpus = open(2 * 4096);
    put("new", "one");
    put("new", "two");
    put("new", "three");
    const TakenIn taken = take_in(corpus, "new");
    EXPECT_EQ(taken.added, 2u);
    EXPECT_EQ(taken.no_room, 1u);
    EXPECT_EQ(corpus.size().entries, 2u);
    EXPECT_EQ(corpus.size().bytes, 2u * 4096);
}

TEST_F(CorpusTest, a_minimisation_removes_what_it_looked_at_and_does_without) {
    const Corpus corpus = open();
    const std::string one = put("new", "one");
    put("new", "two");
    take_in(corpus, "new");
    const auto looked_at = corpus.entries();
    const std::string later = put("new", "found meanwhile");
    take_in(corpus, "new");
    put("kept", "one");
    const auto gone = corpus.replace(looked_at, folder.path() / "kept");
    ASSERT_TRUE(gone.has_value()) << gone.error().message;
    EXPECT_EQ(*gone, 1u);
    EXPECT_THAT(corpus.entries(), UnorderedElementsAre(one, later));
}

TEST_F(CorpusTest, what_a_minimisation_keeps_is_there_even_if_another_campaign_has_removed_it) {
    const Corpus corpus = open();
    const std::string one = put("new", "one");
    take_in(corpus, "new");
    const auto looked_at = corpus.entries();
    std::filesystem::remove(corpus.folder() / one);
    put("kept", "one");
    ASSERT_TRUE(corpus.replace(looked_at, folder.path() / "kept").has_value());
    EXPECT_THAT(corpus.entries(), ElementsAre(one));
}

TEST_F(CorpusTest, a_minimisation_with_torn_files_removes_nothing) {
    const Corpus corpus = open();
    const std::string one = put("new", "one");
    take_in(corpus, "new");
    write("kept", sha1("two"), "tw");
    const auto gone = corpus.replace(corpus.entries(), folder.path() / "kept");
    ASSERT_FALSE(gone.has_value());
    EXPECT_THAT(gone.error().message, HasSubstr("torn"));
    EXPECT_THAT(corpus.entries(), ElementsAre(one));
}

TEST_F(CorpusTest, a_minimisation_that_keeps_nothing_removes_nothing) {
    const Corpus corpus = open();
    const std::string one = put("new", "one");
    take_in(corpus, "new");
    EXPECT_FALSE(corpus.replace(corpus.entries(), folder.path() / "never made").has_value());
    EXPECT_THAT(corpus.entries(), ElementsAre(one));
}

TEST_F(CorpusTest, files_of_other_names_stay_where_they_are) {
    const Corpus corpus = open();
    write("corpus/kmem", "README", "by hand");
    EXPECT_THAT(corpus.entries(), IsEmpty());
    ASSERT_TRUE(corpus.replace(corpus.entries(), folder.path() / "kept").has_value());
    EXPECT_TRUE(std::filesystem::exists(corpus.folder() / "README"));
}

TEST_F(CorpusTest, half_a_file_of_one_who_was_killed_never_shows) {
    const Corpus corpus = open();
    write("corpus/.incoming/kmem", sha1("one"), "o");
    put("new", "one");
    take_in(corpus, "new");
    EXPECT_EQ(read_file(corpus.folder() / sha1("one")), "one");
}

}  // namespace
}  // namespace stampede::campaign
