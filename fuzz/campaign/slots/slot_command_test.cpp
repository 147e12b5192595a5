#include "fuzz/campaign/slots/slot_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stampede::campaign {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

Slot slot(SlotKind kind, const std::string& mode = "") {
    Slot slot;
    slot.kind = kind;
    slot.policy = "eager";
    slot.harts = 4;
    slot.seconds = 10;
    slot.mode = mode;
    slot.workload = is_fuzzing(kind) ? "" : "forkbomb";
    return slot;
}

SlotCommand command(const Slot& slot, std::optional<std::filesystem::path> suppressions = {}) {
    return command_of(slot, {Shelf("/guest", "/bin"), "/corpus", std::move(suppressions)},
                      {"/slot"}, 7);
}

TEST(SlotCommand, a_fuzzer_writes_to_its_own_folder_and_reads_the_corpus) {
    const SlotCommand fuzz = command(slot(SlotKind::Fuzz));
    EXPECT_EQ(fuzz.words.front(), "/bin/fuzz_syscalls");
    EXPECT_EQ(*(fuzz.words.end() - 2), "/slot/new") << "libFuzzer writes to the first folder";
    EXPECT_EQ(fuzz.words.back(), "/corpus/eager");
    EXPECT_THAT(fuzz.words,
                IsSupersetOf({"-max_total_time=10", "-seed=8", "-artifact_prefix=/slot/"}));
    EXPECT_THAT(fuzz.environment,
                IsSupersetOf({"STAMPEDE_POLICY=eager", "STAMPEDE_CPUS=4",
                              "STAMPEDE_FINDINGS=/slot/findings", "STAMPEDE_ON_FINDING=continue",
                              "STAMPEDE_SCHEDULE=input"}));
    EXPECT_GT(fuzz.limits.ask_s, 10);
    EXPECT_GT(fuzz.limits.kill_s, fuzz.limits.ask_s);
}

TEST(SlotCommand, races_and_parallel_harts_have_their_program_and_schedule) {
    for (const SlotKind kind : {SlotKind::FuzzParallel, SlotKind::FuzzRaceParallel}) {
        EXPECT_THAT(command(slot(kind)).environment, Contains("STAMPEDE_SCHEDULE=parallel"));
        EXPECT_THAT(command(slot(repeatable(kind))).environment,
                    Contains("STAMPEDE_SCHEDULE=input"));
    }
    for (const SlotKind kind : {SlotKind::FuzzRace, SlotKind::FuzzRaceParallel}) {
        EXPECT_EQ(command(slot(kind)).words.front(), "/bin/fuzz_syscalls-race");
    }
}

TEST(SlotCommand, stress_runs_its_workload_in_its_mode) {
    const SlotCommand parallel = command(slot(SlotKind::Stress, "parallel"), "/rules"),
                      race = command(slot(SlotKind::Stress, "race"), "/rules"),
                      pct = command(slot(SlotKind::Stress, "pct:3"), "/rules");
    EXPECT_EQ(parallel.words.back(), "forkbomb");
    EXPECT_THAT(parallel.words, IsSupersetOf({"--search", "parallel", "--findings",
                                              "/slot/findings", "--cpus", "4"}));
    EXPECT_THAT(race.words, IsSupersetOf({"--race", "--suppressions", "/rules"}));
    EXPECT_THAT(pct.words, Contains("pct:3"));
    EXPECT_THAT(pct.words, Not(Contains("--search")));
    EXPECT_THAT(pct.words, Not(Contains("--suppressions")));
    EXPECT_THAT(pct.words, Contains("17s")) << "of ten seconds of the host: guest time runs ahead";
}

TEST(SlotCommand, fault_injection_is_asked_to_end_with_its_slot) {
    const SlotCommand sweep = command(slot(SlotKind::FailAllocations));
    EXPECT_THAT(sweep.words, IsSupersetOf({"--fail-allocations", "random"}));
    EXPECT_EQ(sweep.limits.ask_s, 10);
}

}  // namespace
}  // namespace stampede::campaign
