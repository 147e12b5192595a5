#include "fuzz/campaign/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fuzz/campaign/tests/temporary_folder.h"

namespace stampede::campaign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class OptionsTest : public testing::Test {
protected:
    OptionsTest() {
        std::filesystem::create_directories(folder.path() / "guest");
        for (const std::string& name : {std::string("kmem"), std::string("eager"), wrong}) {
            std::ofstream(folder.path() / "guest" / ("kernel-" + name + ".elf")) << "x";
        }
    }
    std::expected<CampaignOptions, UsageExit> parse(std::vector<const char*> words) const {
        words.insert(words.begin(), "nightly");
        return parse_campaign_options(static_cast<int>(words.size()), words.data(), shelf);
    }
    void refuses(std::vector<const char*> words, const std::string& what) const {
        words.insert(words.end(), {"--corpus", "c", "--out", "o"});
        const auto options = parse(words);
        ASSERT_FALSE(options.has_value()) << what;
        EXPECT_FALSE(options.error().wanted);
        EXPECT_THAT(options.error().text, HasSubstr(what));
    }

    const std::string wrong = seeded_bugs().front().policy();
    TemporaryFolder folder;
    const Shelf shelf{folder.path() / "guest", folder.path() / "bin"};
};

TEST_F(OptionsTest, by_default_every_kernel_that_is_not_wrong_on_purpose_and_every_kind) {
    const auto options = parse({"--corpus", "c", "--out", "/o"});
    ASSERT_TRUE(options.has_value()) << options.error().text;
    EXPECT_THAT(options->policies, ElementsAre("eager", "kmem"));
    EXPECT_THAT(options->kinds, SizeIs(std::size(shares)));
    EXPECT_THAT(options->harts, ElementsAre(2, 4, 8));
    EXPECT_EQ(options->out, "/o");
    EXPECT_TRUE(options->corpus.is_absolute());
}

TEST_F(OptionsTest, lists_are_taken_apart) {
    const std::string policies = "kmem," + wrong;
    const auto options =
        parse({"--corpus", "c", "--out", "o", "--policy", policies.c_str(), "--cpus", "1,64",
               "--kinds", "stress,fuzz-race", "--hours", "0.05"});
    ASSERT_TRUE(options.has_value()) << options.error().text;
    EXPECT_THAT(options->policies, ElementsAre("kmem", wrong));
    EXPECT_THAT(options->harts, ElementsAre(1, 64));
    EXPECT_THAT(options->kinds, ElementsAre(SlotKind::Stress, SlotKind::FuzzRace));
    EXPECT_EQ(options->seconds(), 180);
}

TEST_F(OptionsTest, what_makes_no_sense_is_refused_by_name) {
    refuses({"--policy", "kmme"}, "--policy: there is no policy kmme; near: kmem");
    refuses({"--kinds", "fuzz,stres"}, "--kinds: stres is none; expected some of fuzz, fuzz-race");
    refuses({"--cpus", "65"}, "--cpus");
    refuses({"--hours", "0"}, "--hours");
    refuses({"--hours", "soon"}, "--hours");
    refuses({"--jobs", "0"}, "--jobs");
    refuses({"--suppressions", "/no/such"}, "--suppressions: there is no /no/such");
    refuses({"--source", "/proc"}, "--source: /proc: expected the folder that has kernel/");
    refuses({"--nonsense"}, "--nonsense");
    EXPECT_THAT(parse({"--out", "o"}).error().text, HasSubstr("--corpus"));
    EXPECT_TRUE(parse({"--help"}).error().wanted);
}

TEST_F(OptionsTest, without_a_kernel_it_says_where_it_looked) {
    std::filesystem::remove_all(folder.path() / "guest");
    refuses({}, "--policy: there is no kernel-kmem.elf in " + (folder.path() / "guest").string());
}

}  // namespace
}  // namespace stampede::campaign
