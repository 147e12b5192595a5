// With shell scripts in the place of the programs: what they may do to a campaign.
#include "fuzz/campaign/slots/slot_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fuzz/campaign/tests/temporary_folder.h"
#include "harts/report/atomic_file.h"
#include "harts/report/finding_store.h"

namespace stampede::campaign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SlotRunTest : public testing::Test {
protected:
    void program(const std::string& name, const std::string& script) const {
        const auto file = setup.shelf.command(name);
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    }
    static Slot slot(SlotKind kind, double seconds) {
        Slot slot;
        slot.kind = kind;
        slot.policy = "kmem";
        slot.harts = 2;
        slot.seconds = seconds;
        return slot;
    }
    SlotResult run(SlotKind kind, double seconds = 0.5) const {
        const SlotObserver observer{[] { return false; }, [](u64, u64) {}};
        const auto result = run_slot(slot(kind, seconds), setup, folder, 1, observer);
        EXPECT_TRUE(result.has_value()) << result.error().message;
        return result.value_or(SlotResult{});
    }
    std::vector<Finding> findings() const {
        return FindingStore(folder.findings()).load().value_or(std::vector<Finding>());
    }

    TemporaryFolder temporary;
    const SlotSetup setup{Shelf(temporary.path() / "guest", temporary.path() / "bin"),
                          temporary.path() / "corpus",
                          {}};
    const SlotFolder folder{temporary.path() / "slot"};
};

// What a target files, by the variable that says where; the finding has been seen $COUNT times.
constexpr const char* files_a_finding = R"(mkdir -p $STAMPEDE_FINDINGS/0011223344556677
cat >$STAMPEDE_FINDINGS/0011223344556677/finding.json <<END
{"schema":"stampede.finding/1","kind":"audit","title":"a bug","detail":"","where":{"function":"","file":"","line":0,"pc":"0x0","hart":null,"pid":null},
 "stacks":[],"count":${COUNT:-1},"reproduce":[]}
END
)";

TEST_F(SlotRunTest, what_a_target_says_of_itself_is_heard) {
    program("fuzz_syscalls",
            "echo 'oracles: audit; off: races (none here)'; echo '#5 NEW ft: 70 exec/s: 5'; echo "
            "'#9 DONE ft: 60 exec/s: 5'; echo 'stat::number_of_executed_units: 12'");
    const SlotResult result = run(SlotKind::Fuzz);
    EXPECT_EQ(result.executions, 12u);
    EXPECT_EQ(result.features, 70u);
    EXPECT_THAT(result.oracles,
                ElementsAre(OracleReport{"audit", ""}, OracleReport{"races", "none here"}));
    EXPECT_EQ(result.problem, "");
}

TEST_F(SlotRunTest, a_target_that_stops_at_a_finding_is_started_again_until_the_time_is_over) {
    const std::string starts = (temporary.path() / "starts").string();
    program("fuzz_syscalls", "echo x >>" + starts + "\nCOUNT=$(wc -l <" + starts + ")\n" +
                                 files_a_finding + "sleep 0.1\necho '#3 NEW ft: 1'\nexit 77");
    const SlotResult result = run(SlotKind::Fuzz, 3);
    const u64 count = read_file(starts).value_or("").size() / 2;
    EXPECT_GE(count, 2u);
    EXPECT_EQ(result.executions, 3 * count);
    ASSERT_THAT(findings(), SizeIs(1)) << "the harness is not at fault";
    EXPECT_EQ(findings().front().count, count);
    EXPECT_EQ(result.problem, "");
}

TEST_F(SlotRunTest, a_target_that_crashes_without_a_finding_has_one_for_itself) {
    program("fuzz_syscalls",
            "echo \"x.cpp:7: f(): Assertion \\`ok' failed.\"; for word; do case $word in "
            "-artifact_prefix=*) "
            "printf bytes >\"${word#*=}crash-1\";; esac; done; exit 77");
    EXPECT_EQ(run(SlotKind::Fuzz).problem, "");
    ASSERT_THAT(findings(), SizeIs(1));
    const Finding fault = findings().front();
    EXPECT_EQ(fault.kind, FindingKind::harness_fault);
    EXPECT_EQ(fault.title, "fuzz_syscalls crashes: x.cpp:7: f(): Assertion `ok' failed.");
    const auto where = folder.findings() / fault.key();
    EXPECT_EQ(read_file(where / "input"), "bytes");
    EXPECT_THAT(read_file(where / "console.txt").value_or(""), HasSubstr("Assertion"));
    EXPECT_EQ(fault.reproduce.back(), (where / "input").string());
}

TEST_F(SlotRunTest, a_target_that_hangs_or_is_killed_has_a_finding_too) {
    program("fuzz_syscalls", "exit 70");
    program("fuzz_syscalls-race", "kill -SEGV $$");
    EXPECT_EQ(run(SlotKind::Fuzz).problem, "");
    EXPECT_EQ(run(SlotKind::FuzzRace).problem, "");
    std::set<std::string> titles;
    for (const Finding& finding : findings()) {
        titles.insert(finding.title);
    }
    EXPECT_THAT(titles, testing::ElementsAre("fuzz_syscalls hangs in one program",
                                             "fuzz_syscalls-race crashes: it does not say why"));
}

TEST_F(SlotRunTest, a_program_that_refuses_is_a_problem_with_its_last_line) {
    program("fuzz_syscalls", "echo first; echo 'STAMPEDE_CPUS is x' >&2; exit 1");
    program("stress", "echo 'stress: --policy: none' >&2; exit 1");
    EXPECT_THAT(run(SlotKind::Fuzz).problem, HasSubstr("exit status 1: STAMPEDE_CPUS is x"));
    EXPECT_THAT(run(SlotKind::Stress).problem, HasSubstr("exit status 1: stress: --policy: none"));
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(SlotRunTest, stress_that_finds_something_is_no_problem_and_one_that_dies_is) {
    program("stress", "exit 2");
    EXPECT_EQ(run(SlotKind::Stress).problem, "");
    program("stress", "exit 0");
    EXPECT_EQ(run(SlotKind::FailAllocations).problem, "");
    program("stress", "kill -SEGV $$");
    EXPECT_THAT(run(SlotKind::Stress).problem, HasSubstr("exit status 139"));
}

TEST_F(SlotRunTest, which_oracles_watched_stress_stands_in_its_report) {
    program("stress",
            "while [ \"$1\" != --json ]; do shift; done; echo '{\"oracles\": [{\"name\": "
            "\"audit\", \"on\": false, "
            "\"why_off\": \"no table\"}]}' >\"$2\"");
    EXPECT_THAT(run(SlotKind::Stress).oracles, ElementsAre(OracleReport{"audit", "no table"}));
    program("stress", "while [ \"$1\" != --json ]; do shift; done; echo nonsense >\"$2\"");
    EXPECT_THAT(run(SlotKind::Stress).oracles, IsEmpty());
}

TEST_F(SlotRunTest, a_program_that_is_not_there_is_an_error_with_its_name) {
    const SlotObserver observer{[] { return false; }, [](u64, u64) {}};
    const auto result = run_slot(slot(SlotKind::Fuzz, 1), setup, folder, 1, observer);
    ASSERT_FALSE(result.has_value());
    EXPECT_THAT(result.error().message, HasSubstr("bin/fuzz_syscalls"));
}

TEST_F(SlotRunTest, inputs_are_run_in_the_slots_own_environment_in_their_order) {
    program("fuzz_syscalls-race", std::string("shift; echo $1 >$STAMPEDE_FINDINGS/../runs; shift; "
                                              "cat \"$@\" >$STAMPEDE_FINDINGS/../seen\n") +
                                      files_a_finding);
    std::filesystem::create_directories(folder.findings());
    std::vector<std::string> inputs;
    std::string all;
    for (int n = 0; n < 12; ++n) {
        inputs.push_back(std::to_string(n) + ",");
        all += inputs.back();
    }
    ASSERT_TRUE(run_inputs(slot(SlotKind::FuzzRace, 1), setup, folder, inputs, [] {
                    return false;
                }).has_value());
    EXPECT_EQ(read_file(folder.path / "seen"), all);
    EXPECT_EQ(read_file(folder.path / "runs"), "-runs=1\n");
    EXPECT_THAT(findings(), SizeIs(1));
    ASSERT_TRUE(run_inputs(slot(SlotKind::FuzzRaceParallel, 1), setup, folder, inputs, [] {
                    return false;
                }).has_value());
    EXPECT_EQ(read_file(folder.path / "runs"), "-runs=1000\n");
}

}  // namespace
}  // namespace stampede::campaign
