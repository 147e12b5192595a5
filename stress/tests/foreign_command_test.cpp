// `stress --xv6`: kernels that somebody else might have written (kernel/xv6_like), from their files
// to what is found in them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "stress/tests/child.h"

namespace stampede {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
namespace files = std::filesystem;

std::string content(const files::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

class ForeignCommand : public testing::Test {
protected:
    ForeignCommand()
        : folder_(files::path(testing::TempDir()) / ("foreign-" + std::to_string(::getpid()))) {
        files::create_directories(folder_);
    }
    ~ForeignCommand() override { files::remove_all(folder_); }

    static std::string tree(const std::string& variant) { return STAMPEDE_XV6_LIKE "/" + variant; }
    static ChildResult stress(std::vector<std::string> words, const std::string& input = "") {
        words.insert(words.begin(), STAMPEDE_STRESS);
        return run_child(words, input);
    }
    // With few harts and a seed.
    static ChildResult run(const std::string& variant, std::vector<std::string> words) {
        words.insert(words.begin(), {"--xv6", tree(variant), "--cpus", "3", "--seed", "5"});
        return stress(std::move(words));
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (folder_ / name).string();
    }
    [[nodiscard]] nlohmann::json json(const std::string& name) const {
        return nlohmann::json::parse(content(folder_ / name));
    }
    // The folder of one, below --findings path("found"); empty: there is none.
    [[nodiscard]] std::string finding_with_replay() const {
        std::string found;
        for (const auto& entry : files::directory_iterator(folder_ / "found")) {
            if (files::exists(entry.path() / "replay")) {
                found = entry.path();
            }
        }
        return found;
    }

    files::path folder_;
};

TEST_F(ForeignCommand, right_kernels_pass_and_are_audited_on_either_machine) {
    for (const char* variant : {"legacy", "modern"}) {
        const std::string image = content(tree(variant) + "/fs.img");
        const ChildResult passed =
            run(variant, {"--race", "--json", path("json"), "--ops", "200", "cowstorm"});
        EXPECT_EQ(passed.status, 0) << passed.out << passed.err;
        EXPECT_THAT(passed.out, HasSubstr("cowstorm: passed; audited, nothing leaked"));
        EXPECT_THAT(passed.out, ContainsRegex("operations +200 cowstorm"));
        EXPECT_THAT(passed.out, HasSubstr("race:holding,release on cpu"));
        EXPECT_THAT(passed.out, ContainsRegex("\n  counts +refs.count.*, agreed with [0-9]+ of"));
        EXPECT_EQ(json("json").at("guest").at("inferred").at("counts").at("found"), true);
        EXPECT_EQ(content(tree(variant) + "/fs.img"), image) << "the disk's file is not written";
    }
}

TEST_F(ForeignCommand, its_own_programs_are_lines_for_its_shell_judged_by_what_they_say) {
    const ChildResult passed = run("modern", {"--expect", "hello.*42", "echo hello 42"});
    EXPECT_EQ(passed.status, 0) << passed.out;
    const ChildResult missed = run("modern", {"--expect", "hello 43", "echo hello 42"});
    EXPECT_EQ(missed.status, 2);
    EXPECT_THAT(missed.out, HasSubstr("check_failed: the console never says: hello 43"));
    const ChildResult failed = run("modern", {"echo test one FAILED"});
    EXPECT_EQ(failed.status, 2);
    EXPECT_THAT(failed.out, HasSubstr("check_failed: the console says: "));
    EXPECT_EQ(run("modern", {"--fail-on", "nothing", "echo FAILED"}).status, 0);
}

TEST_F(ForeignCommand, that_it_has_no_counts_is_said_with_the_reason) {
    const ChildResult passed = run("copying", {"--json", path("json"), "echo one"});
    EXPECT_EQ(passed.status, 0) << passed.out;
    EXPECT_THAT(passed.out, ContainsRegex("\n  counts +none: "));
    const auto counts = json("json").at("guest").at("inferred").at("counts");
    EXPECT_EQ(counts.at("found"), false);
    EXPECT_NE(counts.at("how"), "");
}

TEST_F(ForeignCommand, a_race_is_named_and_its_replay_file_shows_it_every_time) {
    ChildResult racy;
    for (int seed = 1; racy.status != 2 && seed <= 20; ++seed) {
        racy = stress({"--xv6", tree("racy_counts"), "--cpus", "3", "--seed", std::to_string(seed),
                       "--race", "--schedule", "random:300", "--findings", path("found"), "--ops",
                       "100", "cowstorm"});
    }
    EXPECT_EQ(racy.status, 2) << racy.err;
    EXPECT_THAT(racy.out, ContainsRegex("race: data race between ref_add \\((read|write)\\)"));
    EXPECT_THAT(racy.out, HasSubstr("at kernel/"));
    const std::string replay = finding_with_replay();
    ASSERT_NE(replay, "") << racy.out;
    const std::string file = content(replay + "/replay");
    EXPECT_THAT(file, HasSubstr("\nxv6 " + tree("racy_counts") + "\n"));
    EXPECT_THAT(file, ContainsRegex("\ndisks [0-9a-f]{16}\n"));
    EXPECT_THAT(file, Not(HasSubstr("policy")));
    const ChildResult again = stress({"--replay", replay, "--times", "3"});
    EXPECT_EQ(again.status, 2);
    EXPECT_THAT(again.out, HasSubstr("3 of 3 runs showed it again"));
    // Another kernel, and another disk, are not what it was made with.
    const ChildResult other = stress({"--replay", replay, "--xv6", tree("modern")});
    EXPECT_EQ(other.status, 1);
    EXPECT_THAT(other.err, HasSubstr("made with another kernel"));
    std::ofstream(path("fs.img"), std::ios::binary) << content(tree("modern") + "/fs.img") << "x";
    files::create_directories(folder_ / "tree");
    files::create_symlink(tree("racy_counts") + "/kernel", folder_ / "tree/kernel");
    files::create_symlink(path("fs.img"), folder_ / "tree/fs.img");
    const ChildResult other_disk = stress({"--replay", replay, "--xv6", path("tree")});
    EXPECT_EQ(other_disk.status, 1);
    EXPECT_THAT(other_disk.err, HasSubstr("made with another disk"));
}

TEST_F(ForeignCommand, a_lock_is_said_to_be_taken_where_acquire_is_called) {
    const ChildResult racy = run("modern", {"--race", "--schedule", "random:300", "--suppressions",
                                            "none", "--ops", "20", "cowstorm"});
    EXPECT_EQ(racy.status, 2) << "a race that is one by design";
    EXPECT_THAT(racy.out, ContainsRegex("holds [a-z]+[^,]*, taken in [a-z_]+ at kernel/"));
    EXPECT_THAT(racy.out, Not(HasSubstr("taken in acquire")));
}

TEST_F(ForeignCommand, frames_that_are_lost_are_found_without_a_word_from_the_kernel) {
    const ChildResult lost =
        run("exec_leak", {"--schedule", "round-robin:10000", "usertests badexec"});
    EXPECT_EQ(lost.status, 2) << lost.out;
    EXPECT_THAT(lost.out,
                AnyOf(HasSubstr("leak: "), HasSubstr("audit: a frame without references")));
}

TEST_F(ForeignCommand,
       a_missing_fence_is_named_by_who_changed_the_table_and_who_used_the_old_entry) {
    const ChildResult stale =
        run("no_flush", {"--schedule", "random:1000", "--ops", "100", "cowstorm"});
    EXPECT_EQ(stale.status, 2);
    EXPECT_THAT(stale.out, ContainsRegex("stale translation: .* through a mapping that"));
}

// Two of its own programs in one line: each finding has the names of the one that ran.
TEST_F(ForeignCommand, a_program_that_is_named_is_the_one_that_ran_there) {
    const ChildResult stale =
        run("no_flush", {"--schedule", "random:1000", "--json", path("json"), "grind ; cowtest"});
    EXPECT_EQ(stale.status, 2) << stale.out << stale.err;
    std::set<std::string> ran;
    for (const auto& finding : json("json").at("findings")) {
        if (finding.at("kind") != "stale_translation") {
            continue;
        }
        const auto& user = finding.at("stacks").at(0);
        const std::string note = user.at("notes").at(0), program = note.substr(note.rfind(' ') + 1);
        if (!note.starts_with("the process ran ")) {
            continue;  // it was gone by then
        }
        const std::string file = user.at("frames").at(0).at("file");
        if (file.contains("/user/") && !file.contains("ulib") && !file.contains("check")) {
            EXPECT_THAT(file, testing::EndsWith("/" + program + ".c"));
            EXPECT_FALSE(user.at("pid").is_null());
            ran.insert(program);
        }
    }
    EXPECT_TRUE(ran.contains("cowtest")) << "the line begins with another one\n" << stale.out;
}

TEST_F(ForeignCommand, a_program_that_its_kernel_kills_is_named_with_the_line_that_trapped) {
    const ChildResult killed = run("double_free", {"--schedule", "random:300", "--timeout", "60s",
                                                   "--ops", "100", "cowstorm"});
    EXPECT_EQ(killed.status, 2) << killed.err;
    EXPECT_THAT(killed.out, HasSubstr("guest_trap: of a user program: "));
    EXPECT_THAT(killed.out,
                ContainsRegex("where: user::[^\n]* at kernel/user/[a-z_/]+[.](cpp|h):"));
    EXPECT_THAT(killed.out, ContainsRegex("\nthe program, hart [0-9]+, pid [0-9]+:\n"
                                          "  the process ran cowstorm\n"));
}

TEST_F(ForeignCommand, a_repeatable_run_repeats_to_the_bit_with_its_disk) {
    std::vector<std::string> hashes;
    for (const char* name : {"a", "b"}) {
        const ChildResult passed =
            run("legacy", {"--schedule", "pct:3", "--json", path(name), "--ops", "30", "filetest"});
        EXPECT_EQ(passed.status, 0) << passed.out << passed.err;
        hashes.push_back(json(name).at("state_hash"));
    }
    EXPECT_EQ(hashes[0], hashes[1]);
}

// The first calls are its shell's own, which gives up, and is started again.
TEST_F(ForeignCommand, each_call_of_its_allocator_fails_in_turn_and_a_right_kernel_bears_it) {
    const ChildResult swept =
        run("modern", {"--schedule", "random:2000", "--fail-allocations", "echo one"});
    EXPECT_EQ(swept.status, 0) << swept.out << swept.err;
    EXPECT_THAT(swept.out, ContainsRegex("allocations 1 to [1-9][0-9]+ failed in turn, a run each; "
                                         "there are no more; no findings"));
}

TEST_F(ForeignCommand, a_run_with_a_failing_allocation_repeats_to_the_bit_and_is_no_other_run) {
    std::vector<std::string> hashes;
    for (const char* number : {"60", "60", "61"}) {
        const ChildResult one = run("legacy", {"--schedule", "pct:3", "--ops", "1", "--json",
                                               path("a"), "--fail-allocation", number, "forktree"});
        EXPECT_EQ(one.status, 0) << one.out << one.err;
        hashes.push_back(json("a").at("state_hash"));
    }
    EXPECT_EQ(hashes[0], hashes[1]);
    EXPECT_NE(hashes[0], hashes[2]);
    const ChildResult parallel =
        run("modern", {"--race", "--ops", "20", "--fail-allocation", "100", "cowstorm"});
    EXPECT_EQ(parallel.status, 0) << parallel.out << parallel.err;
}

TEST_F(ForeignCommand, who_loses_frames_when_memory_is_out_is_named_and_shown_again) {
    const ChildResult lost =
        run("fork_leak", {"--schedule", "random:2000", "--findings", path("found"),
                          "--max-findings", "1", "--fail-allocations", "echo one"});
    EXPECT_EQ(lost.status, 2) << lost.out << lost.err;
    EXPECT_THAT(lost.out, ContainsRegex("leak: frames are lost that were allocated by "));
    EXPECT_THAT(lost.out, HasSubstr("allocproc"));
    const std::string found = finding_with_replay();
    EXPECT_THAT(content(found + "/replay"), ContainsRegex("\nfail-allocation [0-9]+\n"));
    const ChildResult again = stress({"--replay", found, "--times", "2"});
    EXPECT_EQ(again.status, 2);
    EXPECT_THAT(again.out, HasSubstr("2 of 2 runs showed it again"));
}

// What the check-up says of each of its workloads, "forkbomb" and "forkbomb, random:50".
std::map<std::string, nlohmann::json> works_by_name(const nlohmann::json& report) {
    std::map<std::string, nlohmann::json> works;
    for (const nlohmann::json& work : report.at("works")) {
        const std::string schedule = work.value("schedule", "");
        works[work.at("workload").get<std::string>() + (schedule.empty() ? "" : ", ") + schedule] =
            work;
    }
    return works;
}

TEST_F(ForeignCommand, without_a_workload_a_right_kernel_passes_everything_in_turn) {
    const ChildResult passed = run("modern", {"--ops", "20", "--json", path("json")});
    EXPECT_EQ(passed.status, 0) << passed.out << passed.err;
    EXPECT_THAT(passed.out, ContainsRegex("\ncheck-up: passed; audited, nothing leaked"));
    const auto works = works_by_name(json("json"));
    for (const char* line : {"filetest", "pipetest", "cowstorm", "sbrk", "cowstorm, random:50",
                             "oom", "usertests -q"}) {
        ASSERT_TRUE(works.contains(line)) << line << " is not in " << json("json").at("works");
        EXPECT_EQ(works.at(line).at("verdict"), "passed") << line;
    }
    EXPECT_FALSE(works.contains("pbs_order"));
}

TEST_F(ForeignCommand, what_a_check_up_finds_is_told_with_the_workload_that_shows_it) {
    const ChildResult found =
        run("double_free", {"--max-findings", "1", "--ops", "20", "--json", path("json"), "--junit",
                            path("junit"), "--findings", path("found")});
    EXPECT_EQ(found.status, 2) << found.out << found.err;
    EXPECT_THAT(found.out, ContainsRegex("\n  simplefork +[0-9]+ findings?, [0-9]+ new "));
    EXPECT_THAT(found.out, HasSubstr("double_free: a frame is freed that is free"));
    EXPECT_THAT(found.out, ContainsRegex("--xv6 [^ ]+ --max-findings 1 simplefork\n$"));
    EXPECT_EQ(works_by_name(json("json")).size(), 1u) << "it has found enough";
    const nlohmann::json titles = works_by_name(json("json")).at("simplefork").at("findings");
    EXPECT_EQ(titles.size(), json("json").at("findings").size());
    EXPECT_THAT(content(path("junit")), AllOf(HasSubstr("name=\"simplefork\""),
                                              HasSubstr("name=\"simplefork: a frame is freed")));
    for (const auto& finding : files::directory_iterator(folder_ / "found")) {
        EXPECT_TRUE(!finding.is_directory() || content(finding.path() / "console.txt") != "")
            << finding.path();
    }
}

TEST_F(ForeignCommand, tests_that_never_say_that_all_passed_have_failed) {
    EXPECT_EQ(run("modern", {"cowtest"}).status, 0);
    const ChildResult never = run("modern", {"cowtest >out"});
    EXPECT_EQ(never.status, 2) << never.out;
    EXPECT_THAT(never.out, HasSubstr("check_failed: the console never says: ALL COW TESTS PASSED"));
}

TEST_F(ForeignCommand, it_may_be_watched_from_reset_and_by_its_files) {
    const ChildResult passed = stress({"--kernel", tree("modern") + "/kernel/kernel", "--disk",
                                       tree("modern") + "/fs.img", "--from", "reset", "--cpus", "2",
                                       "--json", path("json"), "--ops", "20", "forktree"});
    EXPECT_EQ(passed.status, 0) << passed.out << passed.err;
    EXPECT_EQ(json("json").at("options").at("from"), "reset");
    EXPECT_FALSE(json("json").at("options").contains("policy"));
}

TEST_F(ForeignCommand, its_shell_is_on_the_terminal) {
    const ChildResult shell =
        stress({"--xv6", tree("modern"), "--cpus", "2", "shell"}, "echo one two\n");
    EXPECT_EQ(shell.status, 0) << shell.err;
    EXPECT_THAT(shell.out, HasSubstr("one two"));
}

TEST_F(ForeignCommand, what_is_inferred_of_it_and_what_runs_in_it_is_told) {
    const ChildResult explained = stress({"--xv6", tree("modern"), "--explain"});
    EXPECT_EQ(explained.status, 0) << explained.err;
    EXPECT_THAT(explained.out,
                AllOf(HasSubstr("proc[64]"), HasSubstr("cpus[8]"), HasSubstr("kalloc, by its name"),
                      ContainsRegex("counts +ref.*agreed with")));
    EXPECT_THAT(stress({"--xv6", tree("copying"), "--explain"}).out,
                ContainsRegex("counts +not found"));
    const ChildResult listed = stress({"--xv6", tree("modern"), "--list"});
    EXPECT_THAT(listed.out, AllOf(HasSubstr("forktree"), HasSubstr("usertests"),
                                  ContainsRegex("cowtest +its own program"),
                                  ContainsRegex("pbs_order +is about system calls")));
}

TEST_F(ForeignCommand, what_cannot_be_used_is_refused_by_its_name) {
    const auto refusal = [](std::vector<std::string> words) {
        const ChildResult refused = stress(std::move(words));
        EXPECT_EQ(refused.status, 1) << refused.err;
        return refused.err;
    };
    EXPECT_THAT(refusal({"--xv6", "/nonexistent", "cowstorm"}),
                HasSubstr("--xv6: /nonexistent: No such file"));
    files::create_directories(folder_ / "kernel");
    EXPECT_THAT(refusal({"--xv6", folder_, "cowstorm"}),
                HasSubstr("kernel/kernel: is missing; `make kernel/kernel`"));
    files::copy(tree("modern") + "/kernel/kernel", folder_ / "kernel/kernel");
    EXPECT_THAT(refusal({"--xv6", folder_, "cowstorm"}), HasSubstr("`make fs.img`"));
    std::ofstream(folder_ / "fs.img") << std::string(5000, 'x');
    EXPECT_THAT(refusal({"--xv6", folder_, "cowstorm"}),
                HasSubstr("is no file system of xv6: the superblock begins with 0x78787878"));
    EXPECT_THAT(refusal({"--xv6", tree("modern"), "usertest"}), HasSubstr("usertests"));
    EXPECT_THAT(refusal({"--xv6", tree("modern"), "pbs_order"}), HasSubstr("system calls"));
    EXPECT_THAT(refusal({"--xv6", tree("modern"), "--cpus", "9", "cowstorm"}),
                AllOf(HasSubstr("--cpus 9: "), HasSubstr("room for 8 harts, in cpus")));
    EXPECT_THAT(refusal({"--xv6", tree("modern"), "--policy", "kmem", "cowstorm"}),
                HasSubstr("--policy with --xv6"));
    EXPECT_THAT(refusal({"--disk", "fs.img", "cowstorm"}), HasSubstr("expected with --kernel"));
    EXPECT_THAT(refusal({"--xv6", tree("modern"), "--expect", "(", "cowstorm"}),
                HasSubstr("expected a regular expression"));
    std::ofstream(folder_ / "said") << "allocate no_such_function\n";
    EXPECT_THAT(refusal({"--xv6", tree("modern"), "--description", path("said"),
                         "--fail-allocation", "1", "cowstorm"}),
                HasSubstr("no_such_function"))
        << "of which some call could fail";
    std::ofstream(folder_ / "said") << "counts nobody\n";
    EXPECT_THAT(refusal({"--xv6", tree("modern"), "--description", path("said"), "--explain"}),
                HasSubstr(path("said") + ":1"));
}

}  // namespace
}  // namespace stampede
