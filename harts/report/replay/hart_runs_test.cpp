#include "harts/report/replay/hart_runs.h"

#include <gmock/gmock.h>

#include <random>

namespace stampede {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Runs = std::vector<HartRun>;

Runs repeated(const Runs& group, std::size_t times) {
    Runs runs;
    for (std::size_t n = 0; n < times; ++n) {
        runs.insert(runs.end(), group.begin(), group.end());
    }
    return runs;
}

Result<Runs> read(const std::vector<std::string>& words, unsigned harts = max_harts) {
    HartRunReader reader(harts);
    for (const std::string& word : words) {
        if (const Result<void> one = reader.read(word); !one) {
            return std::unexpected(one.error());
        }
    }
    return reader.finish();
}

std::string refused(const std::vector<std::string>& words, unsigned harts = max_harts) {
    const Result<Runs> runs = read(words, harts);
    return runs ? "accepted" : runs.error().message;
}

TEST(HartRuns, turns_that_repeat_stand_once) {
    EXPECT_THAT(hart_run_words({}), IsEmpty());
    EXPECT_THAT(hart_run_words(Runs{{3, 1000}}), ElementsAre("3×1000"));
    EXPECT_THAT(hart_run_words(repeated({{0, 1000}, {1, 1000}}, 57)),
                ElementsAre("(0×1000", "1×1000)*57"));
    EXPECT_THAT(hart_run_words(repeated({{2, 7}}, 5)), ElementsAre("(2×7)*5"));
    Runs runs = repeated({{0, 1000}, {1, 1000}}, 3);
    runs.insert(runs.begin(), {5, 12});
    runs.push_back({0, 1000});
    EXPECT_THAT(hart_run_words(runs), ElementsAre("5×12", "(0×1000", "1×1000)*3", "0×1000"));
}

TEST(HartRuns, two_turns_of_one_hart_stay_two) {
    EXPECT_THAT(hart_run_words(Runs{{0, 1}, {0, 2}}), ElementsAre("0×1", "0×2"));
}

TEST(HartRuns, a_round_of_all_harts_repeats_however_many_there_are) {
    Runs round;
    for (u32 hart = 0; hart < max_harts; ++hart) {
        round.push_back({hart, 1000});
    }
    const std::vector<std::string> words = hart_run_words(repeated(round, 10'000));
    EXPECT_EQ(words.size(), max_harts);
    EXPECT_EQ(words.back(), "63×1000)*10000");
}

TEST(HartRuns, whatever_is_written_is_read_back) {
    std::mt19937_64 random(1);
    for (int round = 0; round < 500; ++round) {
        Runs runs;
        while (runs.size() < 200) {
            Runs group(1 + random() % 5);
            for (HartRun& run : group) {
                run = {static_cast<u32>(random() % max_harts), random() >> (random() % 64)};
            }
            const Runs part = repeated(group, 1 + random() % 4);
            runs.insert(runs.end(), part.begin(), part.end());
        }
        EXPECT_EQ(read(hart_run_words(runs)), runs);
    }
}

TEST(HartRuns, a_letter_x_is_as_good) {
    EXPECT_EQ(read({"(0x1000", "1x5)*2"}), (Runs{{0, 1000}, {1, 5}, {0, 1000}, {1, 5}}));
}

TEST(HartRuns, what_is_no_run_is_named) {
    for (const char* word : {"",         "7",        "x",
                             "1×",       "×1",       "1×-1",
                             "-1×1",     "1×1x1",    "1×18446744073709551616",
                             "64×1",     "1 ×1",     "1×1)",
                             "1×1)*2",   "(1×1)*0",  "(1×1)*",
                             "(1×1)*x",  "(1×1)*-1", "(1×1)2",
                             "((1×1)*2", "1×1*5",    "\xff"}) {
        EXPECT_THAT(refused({word}), HasSubstr(", expected ")) << word;
    }
    EXPECT_THAT(refused({"4×1"}, 4), HasSubstr("the hart below 4"));
    EXPECT_THAT(refused({"(1×1", "(1×1)*2"}), HasSubstr("do not nest"));
    EXPECT_THAT(refused({"(1×1", "1×1"}), HasSubstr("expected )*N"));
}

TEST(HartRuns, what_a_text_can_stand_for_is_bounded) {
    EXPECT_EQ(read({"(0×1)*1048576"})->size(), most_hart_runs);
    EXPECT_THAT(refused({"(0×1)*1048577"}), HasSubstr("more than 1048576 runs"));
    EXPECT_THAT(refused({"(0×1", "1×1)*9223372036854775808"}), HasSubstr("more than 1048576 runs"));
    EXPECT_THAT(refused({"(0×1)*1048576", "0×1"}), HasSubstr("more than 1048576 runs"));
    EXPECT_THAT(refused({"(0×1)*1000000", "(0×1)*1000000"}), HasSubstr("more than 1048576 runs"));
}

}  // namespace
}  // namespace stampede
