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
        std::filesystem::create_directories(programs.guests);
        for (const char* name : {"kernel-kmem.elf", "kernel-eager.elf", "kernel-seeded_bug_x.elf", "several_harts.elf"}) {
            std::ofstream(programs.guests / name) << "x";
        }
    }
    std::expected<CampaignOptions, UsageExit> parse(std::vector<const char*> words) const {
        words.insert(words.begin(), "nightly");
        return parse_campaign_options(static_cast<int>(words.size()), words.data(), programs);
    }
    void refuses(std::vector<const char*> words, const std::string& what) const {
        words.insert(words.end(), {"--corpus", "c", "--out", "o"});
        const auto options = parse(words);
        ASSERT_FALSE(options.has_value()) << what;
        EXPECT_FALSE(options.error().wanted);
        EXPECT_THAT(options.error().text, HasSubstr(what));
    }

    TemporaryFolder folder;
    Programs programs{folder.path() / "bin", folder.path() / "guest"};
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
    const auto options = parse({"--corpus", "c", "--out", "o", "--policy", "kmem,seeded_bug_x", "--cpus", "1,64", "--kinds", "stress,fuzz-race",
                                "--hours", "0.05"});
    ASSERT_TRUE(options.has_value()) << options.error().text;
    EXPECT_THAT(options->policies, ElementsAre("kmem", "seeded_bug_x"));
    EXPECT_THAT(options->harts, ElementsAre(1, 64));
    EXPECT_THAT(options->kinds, ElementsAre(SlotKind::Stress, SlotKind::FuzzRace));
    EXPECT_EQ(options->seconds(), 180);
}

TEST_F(OptionsTest, what_makes_no_sense_is_refused_by_name) {
    refuses({"--policy", "kmme"}, "--policy: kmme is none; expected some of eager, kmem, seeded_bug_x");
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

TEST(Workloads, come_from_the_guests_own_list) {
    EXPECT_THAT(workloads({"torture"}), testing::Contains("forkbomb"));
    EXPECT_THAT(workloads({"torture"}), testing::Not(testing::Contains("cowtest")));
    EXPECT_THAT(workloads({"test"}), testing::Contains("cowtest"));
}

}  // namespace
}  // namespace stampede::campaign
