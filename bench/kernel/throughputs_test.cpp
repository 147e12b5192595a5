#include "bench/kernel/throughputs.h"

#include <gmock/gmock.h>

#include "bench/kernel/options.h"

namespace stampede::bench {
namespace {

const std::vector<std::string> policies{"kmem", "eager"};

TEST(Throughputs, have_a_row_a_program_and_a_column_a_policy_for_each_number_of_harts) {
    Throughputs measured;
    measured.add({"kmem", "getpid", 1}, 10);
    measured.add({"kmem", "getpid", 1}, 1000);
    measured.add({"kmem", "getpid", 1}, 40);
    measured.add({"eager", "getpid", 4}, 2e6);
    const std::string table = measured.table({{1, 4}, policies, {"getpid", "cow_fault"}}, 2);
    EXPECT_EQ(table,
              "\n1 hart: operations a CPU second\n"
              "                          kmem         eager\n"
              "getpid                      40             -\n"
              "cow_fault                    -             -\n"
              "\n4 harts (more than the host's 2 cores): operations a CPU second\n"
              "                          kmem         eager\n"
              "getpid                       -           2 M\n"
              "cow_fault                    -             -\n");
    EXPECT_EQ(Throughputs().table({{1}, policies, {"getpid"}}, 2), "");
}

TEST(KernelBenchOptions, keep_their_own_and_hand_on_google_benchmarks) {
    const char* const words[] = {
        "bench_kernel",         "--policy", "kmem,kmem", "--cpus",    "2,1",
        "--benchmark_filter=x", "--json",   "f",         "--seconds", "0.5"};
    const auto options = parse_kernel_bench_options(std::size(words), words, policies);
    ASSERT_TRUE(options) << options.error().text;
    EXPECT_THAT(options->policies, testing::ElementsAre("kmem"));
    EXPECT_THAT(options->cpus, testing::ElementsAre(2, 1));
    EXPECT_EQ(options->seconds, 0.5);
    EXPECT_THAT(options->google, testing::ElementsAre("bench_kernel", "--benchmark_min_time=0",
                                                      "--benchmark_filter=x", "--benchmark_out=f"));
    EXPECT_TRUE(options->for_people());
    EXPECT_EQ(options->points().size(), 2 * options->programs.size());
}

TEST(KernelBenchOptions, leave_out_the_table_where_programs_read_the_output) {
    for (const auto& [word, people] : {std::pair{"--benchmark_format=json", false},
                                       {"--benchmark_format=console", true},
                                       {"--benchmark_list_tests", false}}) {
        const char* const words[] = {"bench_kernel", word};
        EXPECT_EQ(parse_kernel_bench_options(2, words, policies)->for_people(), people) << word;
    }
}

}  // namespace
}  // namespace stampede::bench
