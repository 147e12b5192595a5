// Programs whose calls are known, and what they must cover of the real kernel.
#include "fuzz/coverage/corpus_coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "fuzz/coverage/unreachable_list.h"
#include "fuzz/program/binary.h"
#include "fuzz/program/text/text.h"
#include "harts/guests/our_kernel.h"
#include "harts/report/atomic_file.h"

namespace stampede::fuzz {
namespace {

using testing::HasSubstr;

class CorpusCoverageTest : public testing::Test {
protected:
    CorpusCoverageTest() { setup.guest = our_kernel(STAMPEDE_GUESTS, "kmem"); }
    ~CorpusCoverageTest() override { std::filesystem::remove_all(root); }

    // A corpus folder of programs of one process each.
    std::filesystem::path corpus(const std::string& name, const std::vector<std::string>& calls) {
        std::filesystem::create_directories(root / name);
        for (std::size_t n = 0; n < calls.size(); ++n) {
            const auto program =
                parse("stampede-program 1\nschedule round-robin:1000 seed 1\nprocess 0:\n  " +
                      calls[n] + "\n");
            EXPECT_TRUE(program) << (program ? "" : program.error().message);
            std::ofstream(root / name / std::to_string(n), std::ios::binary) << encode(*program);
        }
        return root / name;
    }
    CorpusCoverage covered(const std::vector<std::filesystem::path>& corpora) {
        auto coverage = cover(setup, corpora, {"frames", "mm", "sys", "trap"});
        EXPECT_TRUE(coverage) << (coverage ? "" : coverage.error().message);
        return std::move(*coverage);
    }
    static FunctionCoverage function(const CorpusCoverage& coverage, std::string_view name) {
        const auto all = coverage.edges.functions();
        const auto found = std::ranges::find(all, name, &FunctionCoverage::function);
        EXPECT_NE(found, all.end()) << name;
        return found != all.end() ? *found : FunctionCoverage{};
    }
    static u64 most_hits(const FunctionCoverage& function) {
        return std::ranges::max(function.edges, {}, &Edge::hits).hits;
    }

    RunnerSetup setup;
    const std::filesystem::path root = std::filesystem::path(testing::TempDir()) /
                                       ("corpus_coverage_test." + std::to_string(getpid()));
};

TEST_F(CorpusCoverageTest, calls_cover_their_functions_and_no_others) {
    const std::string grow = "sbrk 4096", parent = "r0 = fork { exit 3 }; wait";
    const CorpusCoverage sbrk = covered({corpus("sbrk", {grow})});
    const CorpusCoverage fork = covered({corpus("fork", {parent})});
    const CorpusCoverage both = covered({corpus("both", {grow, parent})});
    constexpr auto moves = "kernel::(anonymous namespace)::move_heap_end",
                   forks = "kernel::fork_process";
    EXPECT_GT(function(sbrk, moves).share.covered, 0u);
    EXPECT_EQ(function(sbrk, forks).share.covered, 0u);
    EXPECT_EQ(function(fork, moves).share.covered, 0u);
    EXPECT_GT(function(fork, forks).share.covered, 0u);
    EXPECT_EQ(function(both, moves).share, function(sbrk, moves).share);
    EXPECT_EQ(function(both, forks).share, function(fork, forks).share);
    EXPECT_EQ(both.programs, 2u);
    EXPECT_EQ(both.with_findings, 0u);
    EXPECT_LT(total_of(sbrk.edges.functions()).covered, total_of(both.edges.functions()).covered);
}

TEST_F(CorpusCoverageTest, a_text_covers_what_its_bytes_do) {
    const auto bytes = corpus("bytes", {"sbrk 4096"}), texts = root / "texts";
    std::filesystem::create_directories(texts);
    std::ofstream(texts / "0") << print(decode(*read_file(bytes / "0")));
    const auto edges = [&](const std::filesystem::path& one) {
        return total_of(covered({one}).edges.functions()).covered;
    };
    EXPECT_EQ(edges(texts), edges(bytes));
}

TEST_F(CorpusCoverageTest, hits_are_counted_over_programs_and_folders) {
    constexpr auto moves = "kernel::(anonymous namespace)::move_heap_end";
    const auto once = corpus("once", {"sbrk 4096"}),
               thrice = corpus("thrice", {"sbrk 4096; sbrk 4096; sbrk 4096"});
    const u64 one = most_hits(function(covered({once}), moves));
    EXPECT_GT(one, 0u);
    EXPECT_EQ(most_hits(function(covered({thrice}), moves)), 3 * one);
    EXPECT_EQ(most_hits(function(covered({once, thrice, once}), moves)), 5 * one);
}

TEST_F(CorpusCoverageTest, the_checked_in_list_fits_the_kernel) {
    const auto text = read_file(STAMPEDE_UNREACHABLE);
    ASSERT_TRUE(text) << text.error().message;
    const auto list = UnreachableList::parse(*text, STAMPEDE_UNREACHABLE);
    ASSERT_TRUE(list) << list.error().message;
    const auto functions = covered({corpus("any", {"getpid"})}).edges.functions();
    const auto left = list->leave_out(functions);
    ASSERT_TRUE(left) << left.error().message;
    EXPECT_LT(total_of(*left).edges, total_of(functions).edges);
}

TEST_F(CorpusCoverageTest, what_cannot_be_used_is_named) {
    const auto error_of = [&](const std::vector<std::filesystem::path>& corpora,
                              const std::vector<std::string>& folders) {
        const auto coverage = cover(setup, corpora, folders);
        return coverage ? "no error" : coverage.error().message;
    };
    const auto empty = corpus("empty", {});
    EXPECT_THAT(error_of({root / "absent"}, {"mm"}),
                HasSubstr("absent: No such file or directory, expected a folder of programs"));
    EXPECT_THAT(error_of({empty}, {"mm"}), HasSubstr("empty: holds no file"));
    EXPECT_THAT(error_of({empty}, {"nm"}), HasSubstr("has no branch in kernel/nm"));
    setup.guest.kernel = "/nowhere.elf";
    EXPECT_THAT(error_of({empty}, {"mm"}), HasSubstr("/nowhere.elf"));
}

}  // namespace
}  // namespace stampede::fuzz
