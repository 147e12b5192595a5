// Instructions at which somebody is told before they are executed.
#include "harts/core/code_marks.h"

#include <gmock/gmock.h>

#include "harts/tests/several_harts/stage.h"

namespace stampede::several_harts {
namespace {

class Told final : public CodeMarks {
public:
    explicit Told(std::vector<u64> at) : CodeMarks(std::move(at)) {}
    void at_mark(Hart& hart, PhysAddr at) override {
        EXPECT_EQ(hart.own.pc, at.value);
        a0_at.push_back(hart.own.x[a0]);
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
        stage.machine->set_code_marks(&told);
        run(3);
        stage.machine->set_code_marks(nullptr);
        EXPECT_THAT(told.a0_at, testing::ElementsAre(marked, marked + 4, marked + 8));
    }
}

TEST_F(CodeMarksTest, several_in_a_run_are_all_told_and_none_when_they_are_gone) {
    Told told({address(2), address(1)});
    stage.machine->set_code_marks(&told);
    run(1);
    EXPECT_THAT(told.a0_at, testing::ElementsAre(1, 2));
    stage.machine->set_code_marks(nullptr);
    run(1);
    EXPECT_EQ(told.a0_at.size(), 2u);
}

}  // namespace
}  // namespace stampede::several_harts
