// With a shell script in the place of the target.
#include "bench/bugs/fuzz_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "bench/bugs/temporary_folder.h"
#include "harts/report/forms/json.h"

namespace stampede::bench {
namespace {

using testing::HasSubstr;

constexpr double long_enough_s = 60;

class FuzzRunTest : public testing::Test {
protected:
    FuzzRunTest() {
        finding_.kind = FindingKind::leak;
        finding_.title = "a frame is lost";
    }

    // A run of `script` as the target.
    [[nodiscard]] FuzzRun run_of(const std::string& script) const {
        FuzzRun run{.program = folder_.path() / "target",
                    .policy = "eager",
                    .cpus = 3,
                    .seed = 7,
                    .folder = folder_.path() / "run"};
        std::ofstream(run.program) << "#!/bin/sh\n" << script;
        std::filesystem::permissions(run.program, std::filesystem::perms::owner_all);
        return run;
    }
    // What the script does to find `finding_`.
    [[nodiscard]] std::string finds() {
        std::ofstream(folder_.path() / "finding.json") << finding_json(finding_);
        return "mkdir -p $STAMPEDE_FINDINGS/0123; cp " +
               (folder_.path() / "finding.json").string() + " $STAMPEDE_FINDINGS/0123\n";
    }
    // A finding's folder, whose command runs `script`.
    [[nodiscard]] std::filesystem::path found(const std::string& script) {
        finding_.reproduce = {"/bin/sh", "-c", script};
        const auto folder = folder_.path() / "found";
        std::filesystem::create_directories(folder);
        std::ofstream(folder / "finding.json") << finding_json(finding_);
        return folder;
    }
    [[nodiscard]] std::string log() const {
        std::ifstream file(folder_.path() / "log");
        return {std::istreambuf_iterator<char>(file), {}};
    }

    const TemporaryFolder folder_ = std::move(*TemporaryFolder::create("fuzz_run_test"));
    Finding finding_;
};

TEST_F(FuzzRunTest, the_target_gets_its_kernel_harts_seed_and_a_corpus_of_its_own) {
    const auto run = run_of("echo $STAMPEDE_POLICY $STAMPEDE_CPUS $1 $2 $3; ls -d $3\n");
    const auto ran = run_fuzz(run, long_enough_s);
    ASSERT_TRUE(ran) << ran.error().message;
    const std::string corpus = run.folder / "corpus-target";
    EXPECT_EQ(ran->output, "eager 3 -seed=7 -artifact_prefix=" + (run.folder / "crash-").string() +
                               " " + corpus + "\n" + corpus + "\n");
    EXPECT_TRUE(ran->findings.empty());
    EXPECT_FALSE(ran->cut);
    EXPECT_EQ(ran->problem, "");
}

TEST_F(FuzzRunTest, what_it_has_found_counts_where_it_ends_by_itself) {
    const auto ran = run_fuzz(run_of(finds() + "exit 77\n"), long_enough_s);
    ASSERT_TRUE(ran) << ran.error().message;
    ASSERT_EQ(ran->findings.size(), 1u);
    EXPECT_EQ(ran->findings[0].kind, "leak");
    EXPECT_EQ(ran->findings[0].title, "a frame is lost");
    EXPECT_EQ(ran->findings[0].key, "0123");
    EXPECT_FALSE(ran->cut);
}

TEST_F(FuzzRunTest, what_it_has_found_counts_where_its_time_is_over) {
    const auto ran = run_fuzz(run_of(finds() + "while :; do :; done\n"), 0.2);
    ASSERT_TRUE(ran) << ran.error().message;
    EXPECT_EQ(ran->findings.size(), 1u);
    EXPECT_TRUE(ran->cut);
    EXPECT_GE(ran->cpu_s, 0.2);
}

TEST_F(FuzzRunTest, a_kernel_on_which_no_program_runs_is_a_problem_of_that_kernel) {
    const auto ran = run_fuzz(
        run_of("echo 'kernel-eager.elf: its executor is not ready' >&2; exit 1\n"), long_enough_s);
    ASSERT_TRUE(ran) << ran.error().message;
    EXPECT_EQ(ran->problem, "target: the kernel's executor is not ready");
}

TEST_F(FuzzRunTest, any_other_end_is_an_error_that_says_what_it_said) {
    for (const char* end : {"echo no such kernel; exit 1\n", "echo no such kernel; exit 2\n",
                            "echo no such kernel; kill -SEGV $$\n"}) {
        const auto ran = run_fuzz(run_of(end), long_enough_s);
        ASSERT_FALSE(ran) << end;
        EXPECT_THAT(ran.error().message, HasSubstr("no such kernel"));
        EXPECT_THAT(ran.error().message, HasSubstr("target: exit status"));
    }
}

TEST_F(FuzzRunTest, what_cannot_be_started_is_an_error) {
    auto run = run_of("");
    run.program = folder_.path() / "nothing";
    EXPECT_FALSE(run_fuzz(run, long_enough_s));
}

TEST_F(FuzzRunTest, a_finding_shows_again_where_its_command_finds_it_each_time) {
    double cpu_s = 0;
    const std::string say = "echo >>" + (folder_.path() / "log").string() + "; ";
    EXPECT_TRUE(shows_again(found(say + "exit 77"), 3, cpu_s));
    EXPECT_EQ(log(), "\n\n\n");
    EXPECT_GT(cpu_s, 0);
}

TEST_F(FuzzRunTest, a_finding_that_stays_away_once_does_not_show_again) {
    double cpu_s = 0;
    const std::string file = (folder_.path() / "log").string();
    EXPECT_FALSE(shows_again(
        found("echo >>" + file + "; test $(wc -l <" + file + ") -ne 2 && exit 77"), 3, cpu_s));
    EXPECT_EQ(log(), "\n\n");
}

TEST_F(FuzzRunTest, a_finding_without_a_command_or_a_report_does_not_show_again) {
    double cpu_s = 0;
    const auto folder = found("exit 77");
    EXPECT_TRUE(shows_again(folder, 1, cpu_s));
    finding_.reproduce.clear();
    std::ofstream(folder / "finding.json") << finding_json(finding_);
    EXPECT_FALSE(shows_again(folder, 1, cpu_s));
    std::ofstream(folder / "finding.json") << "{";
    EXPECT_FALSE(shows_again(folder, 1, cpu_s));
    EXPECT_FALSE(shows_again(folder_.path() / "nothing", 1, cpu_s));
}

}  // namespace
}  // namespace stampede::bench
