// Instructions at which somebody is told before they are executed.
#include "harts/core/code_marks.h"

#include <gmock/gmock.h>

#include "harts/schedule/allocation_failure.h"
#include "harts/tests/several_harts/stage.h"

namespace stampede::several_harts {
namespace {

class Told final : public CodeMarks {
public:
    explicit Told(std::vector<u64> at) : CodeMarks(std::move(at)) {}
    std::optional<u64> at_mark(Hart& hart, PhysAddr at) override {
        EXPECT_EQ(hart.own.pc, at.value);
        a0_at.push_back(hart.own.x[a0]);
        return std::nullopt;
    }
    std::vector<u64> a0_at;
};

class CodeMarksTest : public testing::Test {
protected:
    // A loop of pairs that are fused: a0 counts instructions of it, four a round.
    CodeMarksTest() {
        loop = stage.code.bound_label();
        for (int n = 0; n < 4; ++n) {
            stage.code.emit(Op::Addi, a0, a0, 1);
        }
        stage.code.jump(zero, loop);
        stage.start(1);
    }
    void run(u64 rounds) {
        stage.put(0, loop);
        stage.hart(0).x[a0] = 0;
        EXPECT_EQ(stage.run(0, rounds * 5), StopReason::Budget);
        EXPECT_EQ(stage.hart(0).x[a0], rounds * 4);
    }
    [[nodiscard]] u64 address(unsigned instruction) const {
        return stage.code.address(loop) + 4 * instruction;
    }

    Stage stage;
    Label loop;
};

TEST_F(CodeMarksTest, are_told_each_time_and_before_the_instruction) {
    for (unsigned marked = 0; marked < 4; ++marked) {
        run(100);  // decoded without marks
        Told told({address(marked)});
        stage.machine->add_code_marks(told);
        run(3);
        stage.machine->remove_code_marks(told);
        EXPECT_THAT(told.a0_at, testing::ElementsAre(marked, marked + 4, marked + 8));
    }
}

TEST_F(CodeMarksTest, several_in_a_run_are_all_told_and_none_when_they_are_gone) {
    Told told({address(2), address(1)});
    stage.machine->add_code_marks(told);
    run(1);
    EXPECT_THAT(told.a0_at, testing::ElementsAre(1, 2));
    stage.machine->remove_code_marks(told);
    run(1);
    EXPECT_EQ(told.a0_at.size(), 2u);
}

TEST_F(CodeMarksTest, two_who_mark_one_instruction_are_both_told) {
    Told one({address(1), address(3)}), other({address(1)});
    stage.machine->add_code_marks(one);
    stage.machine->add_code_marks(other);
    run(1);
    stage.machine->remove_code_marks(one);
    run(1);
    stage.machine->remove_code_marks(other);
    EXPECT_THAT(one.a0_at, testing::ElementsAre(1, 3));
    EXPECT_THAT(other.a0_at, testing::ElementsAre(1, 1));
}

struct Flow final : ObserverOf<Flow> {
    void on_call(Hart&, u64, u64 back, u64) override { told.push_back({'c', back}); }
    void on_return(Hart&, u64 to) override { told.push_back({'r', to}); }
    std::vector<std::pair<char, u64>> told;
};

// A function that gives 7, called over and over; s0 is the sum of what it gave.
class RefusedCall : public testing::Test {
protected:
    RefusedCall() {
        loop = stage.code.bound_label();
        function = stage.code.label();
        stage.code.jump(ra, function);
        back = stage.code.bound_label();
        stage.code.emit(Op::Add, s0, s0, a0);
        stage.code.jump(zero, loop);
        stage.code.bind(function);
        stage.code.emit(Op::Addi, s1, s1, 1);
        stage.code.emit(Op::Addi, a0, zero, 7);
        stage.code.emit(Op::Jalr, zero, ra, 0);
        stage.start(1);
        stage.put(0, loop);
    }
    // Instructions of the loop with the call, and without one that is refused.
    static constexpr u64 whole = 6, refused = 4;

    Stage stage;
    Label loop, function, back;
};

TEST_F(RefusedCall, the_call_of_that_number_gives_zero_and_enters_nothing) {
    AllocationFailure failure({stage.code.address(function)}, 3);
    stage.machine->add_code_marks(failure);
    stage.run(0, 2 * whole);  // before it begins
    failure.begin();
    stage.run(0, 2 * whole);
    EXPECT_FALSE(failure.happened());
    EXPECT_EQ(stage.hart(0).x[s0], 4u * 7);
    stage.run(0, refused);
    EXPECT_TRUE(failure.happened());
    EXPECT_EQ(stage.hart(0).x[s0], 4u * 7);
    EXPECT_EQ(stage.hart(0).x[s1], 4u);
    stage.run(0, 3 * whole);
    EXPECT_EQ(stage.hart(0).x[s0], 7u * 7);
    stage.machine->remove_code_marks(failure);
}

TEST_F(RefusedCall, its_return_is_told_to_observers) {
    Flow flow;
    stage.machine->set_observers({&flow});
    AllocationFailure failure({stage.code.address(function)}, 1);
    failure.begin();
    stage.machine->add_code_marks(failure);
    Told call({stage.code.address(loop)});  // so that it is told as well
    stage.machine->add_code_marks(call);
    stage.run(0, refused);
    stage.machine->remove_code_marks(call);
    stage.machine->remove_code_marks(failure);
    const u64 behind = stage.code.address(back);
    EXPECT_THAT(flow.told, testing::ElementsAre(std::pair('c', behind), std::pair('r', behind)));
}

// Whichever way its budget is cut, a hart comes to one state.
TEST_F(RefusedCall, it_is_one_instruction_however_turns_are_cut) {
    AllocationFailure failure({stage.code.address(function)}, 2);
    failure.begin();
    stage.machine->add_code_marks(failure);
    for (u64 n = 0; n < whole + refused + whole; ++n) {
        stage.run(0, 1);
    }
    stage.machine->remove_code_marks(failure);
    EXPECT_EQ(stage.hart(0).x[s0], 2u * 7);
    EXPECT_EQ(stage.hart(0).x[s1], 2u);
    EXPECT_EQ(stage.hart(0).executed, whole + refused + whole);
}

}  // namespace
}  // namespace stampede::several_harts
