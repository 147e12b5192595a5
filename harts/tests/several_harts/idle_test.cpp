// Parallel harts that all wait: who stops the machine, and when.
#include "harts/tests/several_harts/stage.h"

namespace stampede::several_harts {
namespace {

using namespace std::chrono_literals;

constexpr u64 never = ~u64{0};
constexpr u32 wfi = 0x1050'0073, loop = 0xffdf'f06f;  // j -4

class IdleTest : public testing::Test {
protected:
    // Hart 1's timer fires at `first`.
    void start(u64 first) {
        stage.code.raw_word(wfi);
        stage.code.raw_word(loop);
        stage.start({.harts = 3,
                     .memory = u64{4} << 20,
                     .time = TimeMode::Warp,
                     .bootargs = {},
                     .permits = 0});
        ClintState state = stage.context().clint.state();
        state.compare.fill(never);
        state.compare[1] = first;
        stage.context().clint.set_state(state);
        stage.hart(1).csr.mie = u64{1} << 7;  // MTIE; it is taken nowhere, for MIE is off
    }
    Stage stage;
};

TEST_F(IdleTest, nothing_will_ever_wake_a_hart_and_the_machine_stops_where_that_is_wanted) {
    start(never);
    for (int again = 0; again < 20; ++again) {
        ASSERT_EQ(stage.machine->run_parallel(60s, WhenIdle::Stop), MachineStop::Idle);
    }
}

TEST_F(IdleTest, else_it_waits) {
    start(never);
    EXPECT_EQ(stage.machine->run_parallel(50ms), MachineStop::Deadline);
}

// A minute of the guest's time from here: it jumps there, and the hart goes round and round.
TEST_F(IdleTest, a_timer_that_is_set_will) {
    start(600'000'000);
    EXPECT_EQ(stage.machine->run_parallel(200ms, WhenIdle::Stop), MachineStop::Deadline);
    EXPECT_GT(stage.machine->instructions(HartId{1}), 100u);
}

}  // namespace
}  // namespace stampede::several_harts
