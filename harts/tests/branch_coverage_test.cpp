// Branches counted by the fast hart, by the full one, and where scheduling points are counted.
#include "harts/observe/coverage/branch_coverage.h"

#include <array>

#include "harts/observe/coverage/coverage_engines.h"
#include "harts/tests/several_harts/stage.h"

namespace stampede::several_harts {
namespace {

// Three times round a loop: a branch taken twice and then not, one that is never taken, a call by
// pointer and its return.
class BranchCoverageTest : public testing::TestWithParam<const Engine*> {
protected:
    void start(Privilege mode) {
        Assembler& code = stage.code;
        code.emit(Op::Addi, t0, zero, 3);
        const Label callee = code.label(), end = code.label();
        const Label loop = code.bound_label();
        code.load_address(t1, callee);
        code.emit(Op::Jalr, ra, t1, 0);
        back = code.bound_label();
        never = code.bound_label();
        code.branch(Op::Beq, t0, zero, end);
        code.emit(Op::Addi, t0, t0, -1);
        round = code.bound_label();
        code.branch(Op::Bne, t0, zero, loop);
        code.bind(end);
        code.raw_word(0x0000'006f);  // j .
        code.align(4096);  // a page of its own: whoever comes there first takes the full hart's way
        code.bind(callee);
        called = callee;
        code.emit(Op::Jalr, zero, ra, 0);
        stage.start(1);
        stage.machine->ram().copy_out(ram_base, code_bytes);
        coverage.emplace(ram_base.value, std::as_bytes(std::span(code_bytes)), counters,
                         std::array{&stage.machine->hart(HartId{0})});
        stage.machine->set_observers({&*coverage}, *GetParam());
        if (mode == Privilege::Supervisor) {
            stage.supervise(0, 0);
        }
    }
    u8 at(Label label, u64 more = 0) const {
        return counters[stage.code.address(label) - ram_base.value + more];
    }
    unsigned sum() const {
        unsigned all = 0;
        for (const u8 counter : counters) {
            all += counter;
        }
        return all;
    }

    Stage stage;
    Label back, never, round, called;
    std::array<u8, 8192> counters{}, code_bytes{};
    std::optional<BranchCoverage> coverage;
};

TEST_P(BranchCoverageTest,
       each_way_of_each_branch_and_the_targets_of_jumps_by_register_that_are_none) {
    for (const u64 budget : {u64{200}, u64{1}, u64{2}, u64{7}}) {
        stage = Stage{};
        counters = {};
        start(Privilege::Supervisor);
        for (u64 done = 0; done < 200; done += budget) {
            stage.run(0, budget);
        }
        EXPECT_EQ(at(round, 1), 2u) << "taken; slices of " << budget;
        EXPECT_EQ(at(round), 1u) << "not taken; slices of " << budget;
        EXPECT_EQ(at(never), 3u) << "not taken; returns to it count nothing; slices of " << budget;
        EXPECT_EQ(at(never, 1), 0u);
        EXPECT_EQ(at(called), 3u) << "slices of " << budget;
        EXPECT_EQ(sum(), 2u + 1u + 3u + 3u);
    }
}

TEST_P(BranchCoverageTest, other_modes_do_not_count) {
    start(Privilege::Machine);
    stage.run(0, 200);
    EXPECT_EQ(sum(), 0u);
}

TEST_P(BranchCoverageTest, a_counter_stops_at_its_end) {
    start(Privilege::Supervisor);
    counters.fill(BranchCoverage::most - 1);
    stage.run(0, 200);
    EXPECT_EQ(at(called), BranchCoverage::most);
}

INSTANTIATE_TEST_SUITE_P(Engines, BranchCoverageTest,
                         testing::Values(&branches_engine, &branches_counting_engine),
                         [](const auto& info) {
                             return info.param == &branches_engine ? "plain" : "counting";
                         });

}  // namespace
}  // namespace stampede::several_harts
