#include "stress/commands/kept_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace stampede {
namespace {

class KeptFileTest : public testing::Test {
protected:
    KeptFileTest() : path_(testing::TempDir() + "kept-" + std::to_string(::getpid())) {}
    ~KeptFileTest() override { std::filesystem::remove(path_); }

    static void run(KeptFile& file, const std::string& text, KeptFile::Worth worth) {
        std::ofstream(file.for_a_run().value()) << text;
        file.ended(worth);
    }
    [[nodiscard]] std::string content() const {
        std::ostringstream bytes;
        bytes << std::ifstream(path_).rdbuf();
        return bytes.str();
    }
    const std::string path_;
};

TEST_F(KeptFileTest, the_last_run_that_is_worth_keeping_is_left) {
    auto file = KeptFile::open(path_);
    ASSERT_TRUE(file);
    run(*file, "none yet", KeptFile::Worth::Nothing);
    run(*file, "first", KeptFile::Worth::Keeping);
    run(*file, "second", KeptFile::Worth::Keeping);
    run(*file, "third", KeptFile::Worth::Nothing);
    ASSERT_TRUE(file->finish());
    EXPECT_EQ(content(), "second");
}

TEST_F(KeptFileTest, where_none_is_worth_it_the_last_one_is_left) {
    auto file = KeptFile::open(path_);
    ASSERT_TRUE(file);
    run(*file, "first", KeptFile::Worth::Nothing);
    run(*file, "second", KeptFile::Worth::Nothing);
    ASSERT_TRUE(file->finish());
    EXPECT_EQ(content(), "second");
}

TEST_F(KeptFileTest, nothing_is_asked_of_runs_that_are_to_leave_nothing) {
    auto file = KeptFile::open(std::nullopt);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->for_a_run(), std::nullopt);
    file->ended(KeptFile::Worth::Keeping);
    EXPECT_TRUE(file->finish());
}

TEST_F(KeptFileTest, a_file_that_cannot_be_written_is_refused_before_the_first_run) {
    const auto file = KeptFile::open("/no/such/folder/file");
    ASSERT_FALSE(file);
    EXPECT_THAT(file.error().message,
                testing::HasSubstr("/no/such/folder/file: cannot be written"));
}

// A device is written to, not replaced.
TEST_F(KeptFileTest, what_is_no_regular_file_stays_what_it_is) {
    {
        auto file = KeptFile::open("/dev/null");
        ASSERT_TRUE(file);
        run(*file, "text", KeptFile::Worth::Keeping);
        ASSERT_TRUE(file->finish());
    }
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

}  // namespace
}  // namespace stampede
