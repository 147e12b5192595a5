#include "fuzz/campaign/triage/adopt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fuzz/campaign/tests/temporary_folder.h"
#include "harts/report/atomic_file.h"
#include "harts/report/finding_store.h"

namespace stampede::campaign {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AdoptTest : public testing::Test {
protected:
    Finding put(const std::string& title, const std::string& input) const {
        Finding finding;
        finding.kind = FindingKind::audit;
        finding.title = title;
        finding.reproduce = {"fuzz_syscalls", (from / finding.key() / "input").string()};
        EXPECT_TRUE(FindingStore(from).add(finding, {{"input", input}}).has_value());
        return finding;
    }
    Adopted adopt_all() const {
        const auto adopted = adopt(from, to);
        EXPECT_TRUE(adopted.has_value()) << adopted.error().message;
        return adopted.value_or(Adopted{});
    }

    TemporaryFolder folder;
    const std::filesystem::path from = folder.path() / "slot", to = folder.path() / "findings";
};

TEST_F(AdoptTest, a_finding_moves_with_its_files_and_its_command_follows) {
    const Finding finding = put("a bug", "bytes");
    EXPECT_THAT(adopt_all().keys, ElementsAre(finding.key()));
    EXPECT_EQ(read_file(to / finding.key() / "input"), "bytes");
    const auto found = FindingStore(to).load();
    ASSERT_EQ(found->size(), 1u);
    EXPECT_THAT(found->front().reproduce,
                ElementsAre("fuzz_syscalls", (to / finding.key() / "input").string()));
    EXPECT_FALSE(std::filesystem::exists(from / finding.key()));
}

TEST_F(AdoptTest, one_that_is_known_adds_to_its_count_and_keeps_its_files) {
    const Finding finding = put("a bug", "first");
    adopt_all();
    put("a bug", "second");
    put("a bug", "third");
    EXPECT_THAT(adopt_all().keys, ElementsAre(finding.key()));
    EXPECT_EQ(FindingStore(to).load()->front().count, 3u);
    EXPECT_EQ(read_file(to / finding.key() / "input"), "first");
}

TEST_F(AdoptTest, one_that_could_not_be_shown_again_gets_the_replay_that_does) {
    Finding finding;
    finding.title = "seen in parallel";
    ASSERT_TRUE(FindingStore(to).add(finding, {{"console.txt", "x"}}).has_value());
    ASSERT_TRUE(FindingStore(from).add(finding, {{"replay", "a schedule"}}).has_value());
    EXPECT_THAT(adopt_all().repeatable, ElementsAre(finding.key()));
    EXPECT_EQ(read_file(to / finding.key() / "replay"), "a schedule");
    ASSERT_TRUE(FindingStore(from).add(finding, {{"replay", "another"}}).has_value());
    EXPECT_THAT(adopt_all().repeatable, IsEmpty());
    EXPECT_EQ(read_file(to / finding.key() / "replay"), "a schedule");
}

TEST_F(AdoptTest, a_fuzzers_finding_keeps_its_command_when_stress_finds_it_too) {
    const Finding finding = put("a bug", "bytes");
    adopt_all();
    Finding other = finding;
    other.reproduce = {"stress", "--replay", "x"};
    ASSERT_TRUE(FindingStore(from).add(other, {{"replay", "a schedule"}}).has_value());
    EXPECT_THAT(adopt_all().repeatable, IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(to / finding.key() / "replay"));
    EXPECT_EQ(FindingStore(to).load()->front().reproduce.front(), "fuzz_syscalls");
}

TEST_F(AdoptTest, of_one_whose_filing_was_cut_short_the_input_is_told) {
    std::filesystem::create_directories(from / "0123456789abcdef");
    std::ofstream(from / "0123456789abcdef/input") << "half filed";
    const Adopted adopted = adopt_all();
    EXPECT_THAT(adopted.keys, IsEmpty());
    EXPECT_THAT(adopted.unfiled, ElementsAre("half filed"));
}

TEST_F(AdoptTest, a_slot_that_found_nothing_has_no_folder) {
    const Adopted adopted = adopt_all();
    EXPECT_THAT(adopted.keys, IsEmpty());
    EXPECT_THAT(adopted.unfiled, IsEmpty());
}

}  // namespace
}  // namespace stampede::campaign
