#include "harts/report/finding_store.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "harts/report/atomic_file.h"
#include "harts/report/forms/json.h"
#include "harts/report/test_findings.h"

namespace stampede {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing::UnorderedElementsAre;

class FindingStoreTest : public testing::Test {
protected:
    ~FindingStoreTest() override { std::filesystem::remove_all(folder); }

    static std::vector<std::string> files_in(const std::filesystem::path& folder) {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            names.push_back(entry.path().filename());
        }
        return names;
    }

    const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) /
                                         ("finding_store_test." + std::to_string(getpid()));
    const FindingStore store{folder};
};

TEST_F(FindingStoreTest, a_finding_has_a_folder_named_by_its_key) {
    const Result<std::filesystem::path> added =
        store.add(full_finding(), {{"console.txt", "hello\n"}, {"replay", "r"}});
    ASSERT_TRUE(added) << added.error().message;
    EXPECT_EQ(*added, folder / full_finding().key());
    EXPECT_THAT(files_in(*added),
                UnorderedElementsAre("finding.json", "report.txt", "console.txt", "replay"));
    EXPECT_EQ(read_file(*added / "finding.json"), finding_json(full_finding()));
    EXPECT_EQ(read_file(*added / "console.txt"), "hello\n");
    EXPECT_THAT(read_file(*added / "report.txt").value(),
                HasSubstr("To run it again:\nstress --seed 5 'fork bomb'\n"));
}

TEST_F(FindingStoreTest, the_same_finding_again_adds_to_the_count_and_keeps_the_first_files) {
    ASSERT_TRUE(store.add(full_finding(), {{"console.txt", "first"}}));
    Finding again = full_finding();
    again.detail = "another address";
    again.count = 5;
    ASSERT_TRUE(store.add(again, {{"console.txt", "second"}}));
    const auto findings = store.load();
    ASSERT_TRUE(findings);
    ASSERT_EQ(findings->size(), 1u);
    EXPECT_EQ(findings->front().count, 7u);
    EXPECT_EQ(findings->front().detail, full_finding().detail);
    EXPECT_EQ(read_file(store.folder_of(again) / "console.txt"), "first");
    EXPECT_THAT(read_file(store.folder_of(again) / "report.txt").value(),
                HasSubstr("seen 7 times"));
}

TEST_F(FindingStoreTest, different_findings_are_loaded_by_key) {
    ASSERT_TRUE(store.add(full_finding()));
    ASSERT_TRUE(store.add(bare_finding()));
    std::vector<std::string> keys{full_finding().key(), bare_finding().key()};
    std::ranges::sort(keys);
    const auto findings = store.load();
    ASSERT_TRUE(findings);
    ASSERT_EQ(findings->size(), 2u);
    EXPECT_THAT(keys, ElementsAre((*findings)[0].key(), (*findings)[1].key()));
}

TEST_F(FindingStoreTest, an_absent_folder_holds_nothing) {
    EXPECT_THAT(store.load().value(), IsEmpty());
}

TEST_F(FindingStoreTest, processes_that_find_the_same_thing_at_once_lose_no_count) {
    constexpr int processes = 4, rounds = 25;
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            bool ok = true;
            for (int round = 0; round < rounds; ++round) {
                ok = store.add(bare_finding()).has_value() && ok;
            }
            _exit(ok ? 0 : 1);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    ASSERT_TRUE(store.load());
    EXPECT_EQ(store.load()->front().count, u64{processes} * rounds);
    EXPECT_THAT(files_in(store.folder_of(bare_finding())),
                UnorderedElementsAre("finding.json", "report.txt"));
}

TEST_F(FindingStoreTest, a_spoilt_finding_is_named_and_left_alone) {
    ASSERT_TRUE(store.add(bare_finding()));
    const std::filesystem::path file = store.folder_of(bare_finding()) / "finding.json";
    std::ofstream(file) << "{ not json";
    EXPECT_THAT(store.add(bare_finding()).error().message, StartsWith(file.string() + ": "));
    EXPECT_THAT(store.load().error().message, StartsWith(file.string() + ": "));
    EXPECT_EQ(read_file(file), "{ not json");
}

TEST_F(FindingStoreTest, a_folder_that_cannot_be_made_is_named) {
    std::ofstream(folder) << "a file stands where the folder should be";
    EXPECT_THAT(store.add(bare_finding()).error().message,
                AllOf(HasSubstr(folder.string()), HasSubstr("Not a directory")));
    EXPECT_FALSE(store.load());
}

TEST_F(FindingStoreTest, a_file_that_cannot_be_written_leaves_no_temporary_behind) {
    std::filesystem::create_directories(folder / "taken");
    EXPECT_THAT(write_file_atomically(folder / "taken", "x").error().message,
                AllOf(StartsWith((folder / "taken").string()), HasSubstr("Is a directory")));
    EXPECT_THAT(files_in(folder), ElementsAre("taken"));
    EXPECT_THAT(write_file_atomically(folder / "absent" / "file", "x").error().message,
                HasSubstr("No such file"));
}

}  // namespace
}  // namespace stampede
