// Findings of kernels that are wrong on purpose: shown again, made smaller, the same ones still.
#include "fuzz/campaign/triage/triage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fuzz/campaign/slots/slot_run.h"
#include "fuzz/campaign/tests/temporary_folder.h"
#include "fuzz/program/binary.h"
#include "fuzz/program/text/text.h"
#include "harts/report/atomic_file.h"
#include "harts/report/finding_store.h"
#include "harts/report/forms/json.h"

namespace stampede::campaign {
namespace {

using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string in_parallel = "STAMPEDE_SCHEDULE=parallel";
const StopWanted never = [] { return false; };

class TriageTest : public testing::Test {
protected:
    static bool any(const Finding&) { return true; }
    // What a short slot finds: one longer than the last, until something that is wanted is there. A
    // busy host does little in seconds.
    std::vector<Finding> find_all(Slot slot, bool (*wanted)(const Finding&) = any) const {
        constexpr u64 longest = 60;  // seconds
        auto all = found_by(slot);
        while (std::ranges::none_of(all, wanted) && slot.seconds < longest) {
            slot.seconds *= 2;
            all = found_by(slot);
        }
        EXPECT_FALSE(all.empty()) << "nothing was found";
        return all;
    }
    std::vector<Finding> found_by(const Slot& slot) const {
        const SlotObserver observer{never, [](u64, u64) {}};
        const auto result = run_slot(slot, {shelf, folder.path() / "corpus", {}},
                                     {folder.path() / "slot"}, 1, observer);
        EXPECT_TRUE(result.has_value()) << result.error().message;
        EXPECT_EQ(result->problem, "");
        const auto found = FindingStore(folder.path() / "slot/findings").load();
        return found.value_or(std::vector<Finding>());
    }
    Finding find(const Slot& slot) const {
        const auto found = find_all(slot);
        return found.empty() ? Finding{} : found.front();
    }
    std::filesystem::path folder_of(const Finding& finding) const {
        return folder.path() / "slot/findings" / finding.key();
    }
    TriageResult look(const Slot& slot, const std::filesystem::path& where,
                      double seconds = 20) const {
        const auto result = triage({shelf, slot, where, seconds}, never);
        EXPECT_TRUE(result.has_value()) << result.error().message;
        return result.value_or(TriageResult{});
    }
    std::string text_of(const std::filesystem::path& file) const {
        return read_file(file).value_or("");
    }

    TemporaryFolder folder;
    const Shelf shelf{STAMPEDE_BUILD "/guest", STAMPEDE_BUILD "/bin"};
};

Slot fuzz_slot(const std::string& bug) {
    Slot slot;
    slot.policy = "seeded_bug_" + bug;
    slot.harts = 2;
    slot.seconds = 8;
    return slot;
}

TEST_F(TriageTest, a_fuzzers_finding_is_shown_again_by_a_smaller_program) {
    const Slot slot = fuzz_slot("copyout_unaware");
    std::filesystem::create_directories(folder.path() / "corpus" / slot.policy);
    const Finding finding = find(slot);
    const auto where = folder_of(finding);
    const TriageResult result = look(slot, where);
    EXPECT_EQ(result.showed, triage_tries);
    EXPECT_EQ(result.tried, triage_tries);
    const auto before = fuzz::parse(text_of(where / "program")),
               after = fuzz::parse(text_of(where / "program.minimal"));
    ASSERT_TRUE(before && after);
    EXPECT_LT(fuzz::extent_of(*after).calls, fuzz::extent_of(*before).calls);
    EXPECT_LE(fuzz::extent_of(*after).calls, 6u) << fuzz::print(*after);
    EXPECT_EQ(fuzz::decode(text_of(where / "input.minimal")), *after);
    EXPECT_THAT(text_of(where / "report.txt"), EndsWith("/input.minimal\n"));
    // The smaller one is the same finding, in the target too.
    const SlotFolder again{folder.path() / "again"};
    std::filesystem::create_directories(again.path);
    ASSERT_TRUE(run_inputs(slot, {shelf, {}, {}}, again, {text_of(where / "input.minimal")}, never)
                    .has_value());
    EXPECT_TRUE(std::filesystem::exists(again.findings() / finding.key() / "finding.json"));
}

TEST_F(TriageTest, what_harts_in_parallel_show_gets_a_repeatable_schedule_and_is_made_smaller) {
    for (const SlotKind kind : {SlotKind::FuzzParallel, SlotKind::FuzzRaceParallel}) {
        Slot slot = fuzz_slot(kind == SlotKind::FuzzParallel ? "copyout_unaware" : "unlocked_kill");
        slot.kind = kind;
        slot.seconds = 4;
        std::filesystem::create_directories(folder.path() / "corpus" / slot.policy);
        std::filesystem::remove_all(folder.path() / "slot");
        // Many races show under no schedule that is tried; one that has a schedule already loses
        // it.
        const auto has_schedule = [](const Finding& one) {
            return std::ranges::find(one.reproduce, in_parallel) == one.reproduce.end();
        };
        const auto all = find_all(slot, has_schedule);
        const auto finding_at = std::ranges::find_if(all, has_schedule);
        ASSERT_NE(finding_at, all.end());
        Finding finding = *finding_at;
        EXPECT_EQ(finding.kind == FindingKind::race, kind == SlotKind::FuzzRaceParallel);
        const auto where = folder_of(finding);
        auto program = fuzz::input_program(text_of(where / "input"));
        program.schedule = {fuzz::ScheduleChoice::Kind::RoundRobin,
                            fuzz::ScheduleChoice::longest_turn, 1};
        ASSERT_TRUE(write_file_atomically(where / "input", fuzz::encode(program)).has_value());
        finding.reproduce.insert(finding.reproduce.begin() + 1, in_parallel);
        ASSERT_TRUE(
            write_file_atomically(where / "finding.json", finding_json(finding)).has_value());
        // A busy host tries few schedules in seconds.
        TriageResult result = look(slot, where, 4);
        for (const double seconds : {16, 64}) {
            result = result.note.contains("tries") ? result : look(slot, where, seconds);
        }
        EXPECT_EQ(result.showed, triage_tries);
        EXPECT_THAT(result.note, HasSubstr("tries"));
        const auto kept = parse_finding(text_of(where / "finding.json"), "finding.json");
        ASSERT_TRUE(kept.has_value());
        EXPECT_THAT(kept->reproduce, Not(Contains(in_parallel)));
        // In turns it is the same finding.
        slot.kind = repeatable(kind);
        const SlotFolder again{folder.path() / "again"};
        std::filesystem::create_directories(again.path);
        ASSERT_TRUE(
            run_inputs(slot, {shelf, {}, {}}, again, {text_of(where / "input.minimal")}, never)
                .has_value());
        EXPECT_TRUE(std::filesystem::exists(again.findings() / finding.key() / "finding.json"));
    }
}

TEST_F(TriageTest, a_finding_that_its_input_does_not_show_is_flaky) {
    Finding finding;
    finding.kind = FindingKind::audit;
    finding.title = "nobody will ever see this";
    const std::string input =
        fuzz::encode(*fuzz::parse("stampede-program 1\nprocess 0:\n  getpid\n"));
    const auto where = FindingStore(folder.path() / "findings").add(finding, {{"input", input}});
    ASSERT_TRUE(where.has_value());
    const TriageResult result = look(fuzz_slot("copyout_unaware"), *where);
    EXPECT_EQ(result.tried, triage_tries);
    EXPECT_EQ(result.showed, 0u);
    EXPECT_FALSE(std::filesystem::exists(*where / "input.minimal"));
}

TEST_F(TriageTest, a_run_of_a_workload_is_replayed_and_made_smaller) {
    Slot slot = fuzz_slot("copyout_unaware");
    slot.kind = SlotKind::Stress;
    slot.workload = "pipetest";
    slot.mode = "random";
    const Finding finding = find(slot);
    const auto where = folder_of(finding);
    ASSERT_TRUE(std::filesystem::exists(where / "replay"));
    const TriageResult result = look(slot, where, 5);
    EXPECT_EQ(result.tried, triage_tries);
    EXPECT_EQ(result.showed, triage_tries);
    EXPECT_THAT(result.note, HasSubstr("minimized in"));
    EXPECT_TRUE(std::filesystem::exists(where / "replay.original"));
}

TEST_F(TriageTest, what_holds_neither_program_nor_replay_is_not_tried) {
    Finding finding;
    finding.title = "seen once";
    const auto where = FindingStore(folder.path() / "findings").add(finding);
    const TriageResult result = look(fuzz_slot("copyout_unaware"), *where);
    EXPECT_EQ(result.tried, 0u);
    EXPECT_THAT(result.note, HasSubstr("parallel run"));
}

TEST_F(TriageTest, a_folder_without_a_finding_is_an_error_with_its_name) {
    const auto result =
        triage({shelf, fuzz_slot("copyout_unaware"), folder.path() / "none", 1}, never);
    ASSERT_FALSE(result.has_value());
    EXPECT_THAT(result.error().message, HasSubstr("none/finding.json"));
}

TEST(TriageLine, leads_back_to_the_result) {
    const TriageResult result{5, 3, "a \"note\""};
    EXPECT_EQ(parse_triage_line(triage_line(result)), result);
    EXPECT_FALSE(parse_triage_line("triage {}").has_value());
    EXPECT_FALSE(parse_triage_line("something else").has_value());
}

}  // namespace
}  // namespace stampede::campaign
