#include "harts/report/replay/replay_file.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <random>

namespace stampede {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

ReplayFile small_file() {
    ReplayFile file;
    file.version = "0.1.0";
    file.build = "plain";
    file.kernel = "03f2a9c4d1e5b687";
    file.policy = "kmem";
    file.cpus = 4;
    file.memory = u64{128} << 20;
    file.seed = 7;
    file.time = "host";
    file.workload = "forkbomb";
    file.schedule = "pct:3";
    file.schedule_seed = 12;
    return file;
}

ReplayFile full_file() {
    ReplayFile file = small_file();
    file.build = "race";
    file.workload = "";
    file.program =
        "stampede-program 1\nprocess 0:\n  r0 = fork { store 0x3 17; exit 0 }\n\n  wait\n";
    file.seed = ~u64{0};
    file.duration = 10;
    file.operations = 500;
    file.append = "scheduler=rr  two  blanks ";
    file.fail_allocation = 44;
    file.titles = {"count is one too high", "panic: käse"};
    for (u32 n = 0; n < 120; ++n) {
        file.runs.push_back({n % 3, 1000 + n / 60});
    }
    return file;
}

constexpr const char* full_text = R"(stampede-replay 1
version 0.1.0
build race
kernel 03f2a9c4d1e5b687
policy kmem
cpus 4
memory 134217728
seed 18446744073709551615
time host
duration 10
ops 500
append scheduler=rr  two  blanks 
fail-allocation 44
schedule pct:3
schedule-seed 12
title count is one too high
title panic: käse
program stampede-program 1
program process 0:
program   r0 = fork { store 0x3 17; exit 0 }
program 
program   wait
run (0×1000 1×1000 2×1000)*20 (0×1001 1×1001 2×1001)*20
)";

std::string text_of(const ReplayFile& file) {
    const Result<std::string> text = replay_text(file);
    EXPECT_TRUE(text) << text.error().message;
    return text.value_or("");
}

std::string unwritable(const ReplayFile& file) {
    const Result<std::string> text = replay_text(file);
    return text ? "written" : text.error().message;
}

std::string refused(const std::string& text) {
    const Result<ReplayFile> file = parse_replay(text, "f/replay");
    return file ? "accepted" : file.error().message;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), with);
}

TEST(ReplayFile, is_keys_and_values) { EXPECT_EQ(text_of(full_file()), full_text); }

TEST(ReplayFile, reads_back_as_it_was) {
    for (const ReplayFile& file : {small_file(), full_file()}) {
        const std::string text = text_of(file);
        const Result<ReplayFile> read = parse_replay(text, "f");
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(*read, file);
        EXPECT_EQ(text_of(*read), text);
    }
}

TEST(ReplayFile, runs_are_wrapped_and_a_group_may_cross_lines) {
    ReplayFile file = small_file();
    for (u32 n = 0; n < 100; ++n) {
        file.runs.push_back({n % 50 % 4, n % 50 + 100'000});
    }
    const std::string text = text_of(file);
    EXPECT_THAT(text, AllOf(HasSubstr("\nrun (0×100000 "), HasSubstr("×100049)*2\n")));
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
        EXPECT_LE(text.find('\n', at) - at, 100u);
    }
    EXPECT_EQ(parse_replay(text, "f")->runs, file.runs);
}

TEST(ReplayFile, a_long_regular_schedule_fits_and_a_long_irregular_one_is_refused_with_its_size) {
    ReplayFile file = small_file();
    for (u32 n = 0; n < 1'000'000; ++n) {
        file.runs.push_back({n % 4, 1000});
    }
    EXPECT_LT(text_of(file).size(), 400u);
    file.runs.clear();
    for (u32 n = 0; n < 1000; ++n) {
        file.runs.push_back({n % 4, n * n});
    }
    EXPECT_THAT(unwritable(file),
                testing::ContainsRegex("would have [0-9]+ bytes, [0-9]+ of them for 1000 runs; "
                                       "expected at most 4096"));
    file.runs.resize(most_hart_runs + 1);
    EXPECT_THAT(unwritable(file), HasSubstr("1048577 runs"));
}

TEST(ReplayFile, what_no_reader_would_take_is_not_written) {
    const auto with = [](auto change) {
        ReplayFile file = small_file();
        change(file);
        return unwritable(file);
    };
    EXPECT_THAT(with([](ReplayFile& file) { file.append = "a\nseed 9"; }), HasSubstr("seed again"));
    EXPECT_THAT(with([](ReplayFile& file) { file.titles = {"a\ntitle b"}; }),
                HasSubstr("end of a line"));
    EXPECT_THAT(with([](ReplayFile& file) { file.titles = {"\x1b[31m"}; }),
                HasSubstr("control characters"));
    EXPECT_THAT(with([](ReplayFile& file) { file.program = "wait"; }),
                HasSubstr("expected one of the two"));
    EXPECT_THAT(with([](ReplayFile& file) { file.workload = "", file.program = "wait"; }),
                HasSubstr("last line"));
    EXPECT_THAT(with([](ReplayFile& file) { file.policy = "a b"; }),
                HasSubstr("expected one word"));
    EXPECT_THAT(with([](ReplayFile& file) { file.policy = ""; }), HasSubstr("without policy"));
    EXPECT_THAT(with([](ReplayFile& file) { file.runs = {{4, 1}}; }),
                HasSubstr("the hart below 4"));
}

TEST(ReplayFile, errors_name_file_and_line_what_was_found_and_what_was_expected) {
    const std::string good = full_text;
    EXPECT_EQ(refused(""), "f/replay: is empty, expected stampede-replay 1");
    EXPECT_EQ(refused("stampede-replay 2\n"),
              "f/replay:1: \"stampede-replay 2\", expected stampede-replay 1");
    EXPECT_EQ(refused("\x7f"
                      "ELF\n"),
              "f/replay:1: \"\\x7fELF\", expected stampede-replay 1");
    EXPECT_EQ(refused(replaced(good, "cpus 4", "cpus 65")),
              "f/replay:6: cpus \"65\", expected a number from 1 to 64");
    EXPECT_EQ(refused(replaced(good, "policy kmem", "polcy kmem")),
              "f/replay:5: the key \"polcy\", expected perhaps policy");
    EXPECT_THAT(
        refused(replaced(good, "policy kmem", "zzzzzzzz")),
        StartsWith("f/replay:5: the key \"zzzzzzzz\", expected one of run, version, build, "));
    EXPECT_THAT(refused(replaced(good, "e5b687", "E5B687")),
                HasSubstr("expected 16 hexadecimal digits"));
    EXPECT_THAT(refused(replaced(good, "e5b687", "e5b6")),
                HasSubstr("expected 16 hexadecimal digits"));
    EXPECT_THAT(refused(replaced(good, "race\n", "asan\n")),
                HasSubstr("3: build \"asan\", expected plain or race"));
    EXPECT_THAT(refused(replaced(good, "615\n", "616\n")),
                HasSubstr("8: seed \"18446744073709551616\", expected"));
    EXPECT_THAT(refused(replaced(good, "ops 500", "ops")),
                HasSubstr("11: ops \"\", expected a number from 1"));
    EXPECT_THAT(refused(replaced(good, "ops 500", "ops 500 ")), HasSubstr("ops \"500 \""));
    EXPECT_THAT(refused(replaced(good, "ops 500", "cpus 3")),
                HasSubstr("11: cpus again, expected it once"));
    EXPECT_THAT(refused(replaced(good, "time host\n", "")),
                HasSubstr("end without time, expected a line `time "));
    EXPECT_THAT(refused(good + "workload oom\n"), HasSubstr("both workload and program"));
    EXPECT_THAT(refused(replaced(good, "1×1000", "4×1000")),
                HasSubstr("23: run \"4\\xc3\\x971000\", expected"));
    EXPECT_THAT(refused(replaced(good, "cpus 4\n", "run 0×1\ncpus 4\n")),
                HasSubstr("6: run, expected cpus before"));
    EXPECT_THAT(refused(good + "run (1×1"), HasSubstr("the file was cut off"));
    EXPECT_THAT(refused(good + "run (1×1\n"), HasSubstr("24: no end of the last group"));
    EXPECT_THAT(refused(good + std::string(5000, 'a') + "\n"),
                HasSubstr("bytes, expected at most 4096"));
}

TEST(ReplayFile, every_file_that_was_cut_off_is_refused) {
    const std::string whole = full_text;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::string cut = whole.substr(0, size);
        // At the end of a line only what may be missing is missing.
        if (!cut.ends_with('\n') || size < whole.find("program ")) {
            EXPECT_THAT(refused(cut), StartsWith("f/replay:")) << size;
        }
    }
}

// Whatever the bytes are: an error that names the file, or a file whose text reads back as the
// same.
TEST(ReplayFile, no_change_of_bytes_makes_the_reader_stumble) {
    std::mt19937_64 random(7);
    constexpr std::string_view pieces[] = {"\n",      " ",     "run ", "×",      "(", ")*",
                                           "9999999", "cpus ", "\xff", "title ", "x"};
    unsigned accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = full_text;
        for (u64 changes = 1 + random() % 4; changes != 0; --changes) {
            const std::size_t at = random() % text.size();
            const std::string_view piece = pieces[random() % std::size(pieces)];
            switch (random() % 4) {
            case 0: text[at] = static_cast<char>(random()); break;
            case 1: text.erase(at, random() % 30); break;
            case 2: text.insert(at, piece); break;
            case 3: text.insert(at, text.substr(random() % text.size(), random() % 60)); break;
            }
        }
        const Result<ReplayFile> file = parse_replay(text, "f/replay");
        if (!file) {
            ASSERT_THAT(file.error().message, StartsWith("f/replay:"));
            continue;
        }
        ++accepted;
        const Result<std::string> written = replay_text(*file);
        ASSERT_TRUE(written) << written.error().message << "\n" << text;
        ASSERT_EQ(parse_replay(*written, "again"), *file);
    }
    EXPECT_GT(accepted, 500u);
}

class ReplayOnDisk : public testing::Test {
protected:
    ReplayOnDisk() { std::filesystem::create_directories(folder); }
    ~ReplayOnDisk() override { std::filesystem::remove_all(folder); }
    const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) /
                                         ("replay_file_test." + std::to_string(getpid()));
};

TEST_F(ReplayOnDisk, file_and_findings_folder_are_both_taken) {
    std::ofstream(folder / "replay") << full_text;
    EXPECT_EQ(read_replay(folder / "replay"), full_file());
    EXPECT_EQ(read_replay(folder), full_file());
}

TEST_F(ReplayOnDisk, what_cannot_be_read_is_named) {
    EXPECT_THAT(read_replay(folder / "absent").error().message,
                AllOf(HasSubstr("absent"), HasSubstr("No such file or directory")));
    EXPECT_THAT(read_replay(folder).error().message,
                HasSubstr((folder / "replay").string() + ": "));
    EXPECT_THAT(read_replay("/dev/zero").error().message,
                HasSubstr("/dev/zero: is larger than 4096 bytes"));
    EXPECT_THAT(read_replay("/dev/null").error().message, HasSubstr("/dev/null: is empty"));
}

}  // namespace
}  // namespace stampede
