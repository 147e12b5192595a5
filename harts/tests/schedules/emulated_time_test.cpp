// Emulated time of small guests whose costs can be counted by hand.
#include "harts/schedule/emulated_time/emulated_time.h"

#include "harts/schedule/emulated_time/least_time.h"
#include "harts/tests/several_harts/stage.h"

namespace stampede::several_harts {
namespace {

constexpr u64 word = ram_base.value + 0x10'0000, far = word + 0x1000;
constexpr u64 rounds = 100;

class EmulatedTimeTest : public testing::Test {
protected:
    // Every hart stands at `at` with a0 = `words[hart]` and s1 = rounds; in the end it waits for
    // ever.
    void start(std::vector<u64> words, const CacheCosts& costs = {}) {
        const auto count = static_cast<u32>(words.size());
        stage.start(count);
        std::vector<Hart*> harts;
        for (u32 n = 0; n < count; ++n) {
            harts.push_back(&stage.machine->hart(HartId{n}));
            stage.hart(n).x[a0] = words[n];
            stage.hart(n).x[s1] = rounds;
        }
        time.emplace(stage.machine->ram(), harts, costs);
        stage.machine->set_observers({&*time}, timing_engine);
        stage.machine->set_time_keeper(&*time);
        schedule.emplace(*time);
    }
    void run() { ASSERT_EQ(stage.machine->run_scheduled(*schedule, 1'000'000), MachineStop::Idle); }
    u64 cycles(u32 hart) { return time->of(HartId{hart}); }
    u64 instructions(u32 hart) { return stage.machine->hart(HartId{hart}).own.executed; }

    // `body`, s1 times; then wfi.
    template <class Body>
    void loop(Body body) {
        const Label again = stage.code.bound_label();
        body();
        stage.code.emit(Op::Addi, s1, s1, -1);
        stage.code.branch(Op::Bne, s1, zero, again);
        stage.code.emit(Op::Wfi);
    }

    Stage stage;
    std::optional<EmulatedTime> time;
    std::optional<LeastTime> schedule;
};

TEST_F(EmulatedTimeTest, one_hart_takes_a_cycle_an_instruction) {
    loop([&] {
        stage.code.emit(Op::Ld, t0, a0, 0);
        stage.code.emit(Op::Sd, t0, a0, 64);
        stage.code.emit(Op::AmoaddD, t0, zero, a0);
    });
    start({word});
    run();
    EXPECT_GT(instructions(0), 4 * rounds);
    EXPECT_EQ(cycles(0), instructions(0));
}

TEST_F(EmulatedTimeTest, words_of_their_own_cost_harts_nothing) {
    loop([&] { stage.code.emit(Op::AmoaddD, t0, s1, a0); });
    start({word, word + 64, far});
    run();
    for (u32 hart = 0; hart < 3; ++hart) {
        EXPECT_EQ(cycles(hart), instructions(hart));
    }
    EXPECT_TRUE(time->lines().counts().empty());
}

TEST_F(EmulatedTimeTest, a_line_that_goes_to_and_fro_costs_each_time) {
    loop([&] { stage.code.emit(Op::AmoaddD, t0, s1, a0); });
    start({word, word + 8, word + 16}, {.atomic = 1'000});
    run();
    ASSERT_EQ(time->lines().counts().size(), 3u);
    CacheLines::Counts line;
    for (const CacheLines::Counts& one : time->lines().counts()) {
        EXPECT_EQ(one.word.value / 64, word / 64);
        line.transfers += one.transfers;
        line.stalled += one.stalled;
    }
    // that the first hart does before another comes
    constexpr u64 alone = LeastTime::ahead / 3 + 1;
    EXPECT_GE(line.transfers, 3 * rounds - alone) << "each other access finds it elsewhere";
    EXPECT_LT(line.transfers, 3 * rounds);
    EXPECT_EQ(cycles(0) + cycles(1) + cycles(2),
              instructions(0) + instructions(1) + instructions(2) + line.stalled);
    EXPECT_GE(std::max({cycles(0), cycles(1), cycles(2)}), line.transfers * 1'000)
        << "one at a time";
    EXPECT_LE(std::max({cycles(0), cycles(1), cycles(2)}), 3 * rounds * 1'010);
    EXPECT_NEAR(static_cast<double>(stage.machine->time()),
                static_cast<double>(std::max({cycles(0), cycles(1), cycles(2)})) / 100, 1)
        << "mtime is that time";
}

TEST_F(EmulatedTimeTest, plain_loads_and_stores_are_seen_as_such) {
    loop([&] {
        stage.code.emit(Op::Ld, t0, a0, 0);
        stage.code.emit(Op::Addi, s1, s1, 0);
    });
    start({word, word, word});
    run();
    ASSERT_EQ(time->lines().counts().size(), 1u);
    EXPECT_EQ(time->lines().counts()[0].transfers, 2u) << "then all have a copy";
    const CacheCosts costs;
    EXPECT_GE(time->lines().counts()[0].stalled, costs.load_exclusive + costs.load_shared);
    EXPECT_LE(time->lines().counts()[0].stalled, 2 * costs.load_exclusive + costs.load_shared)
        << "the third waits for the second's";
}

TEST_F(EmulatedTimeTest, plain_stores_take_a_line_away) {
    loop([&] { stage.code.emit(Op::Sd, s1, a0, 0); });
    start({word, word + 8}, {.store = 1'000});
    run();
    EXPECT_GE(cycles(0) + cycles(1), (2 * rounds - LeastTime::ahead) * 1'000);
}

TEST_F(EmulatedTimeTest, a_misaligned_access_uses_both_its_lines) {
    loop([&] { stage.code.emit(Op::Sd, s1, a0, 0); });
    start({word + 60, word + 64}, {.store = 1'000});
    run();
    EXPECT_GE(cycles(0) + cycles(1), (2 * rounds - LeastTime::ahead) * 1'000);
}

TEST_F(EmulatedTimeTest, who_exchanges_another_word_meanwhile_did_not_wait) {
    loop([&] {
        stage.code.emit(Op::AmoswapD, t0, zero, a0);  // it is 0 and stays so
        stage.code.emit(Op::Addi, a1, a0, 8);
        stage.code.emit(Op::AmoswapD, t0, s1, a1);  // a change
        stage.code.emit(Op::AmoswapD, t0, s1, a0);  // one of the first word
        stage.code.emit(Op::AmoswapD, t0, zero, a0);
    });
    start({word});
    run();
    EXPECT_TRUE(time->waited().empty());
}

TEST_F(EmulatedTimeTest,
       waiting_for_a_word_is_measured_from_the_first_try_to_the_one_that_succeeds) {
    // Hart 0 holds the word for 500 additions; hart 1 tries from the start.
    const Label holder = stage.code.bound_label();
    stage.code.emit(Op::Addi, t1, zero, 1);
    stage.code.emit(Op::AmoswapW, t0, t1, a0);
    for (int n = 0; n < 500; ++n) {
        stage.code.emit(Op::Addi, t2, t2, 1);
    }
    stage.code.emit(Op::AmoswapW, t0, zero, a0);
    stage.code.emit(Op::Wfi);
    const Label waiter = stage.code.bound_label();
    stage.code.emit(Op::Addi, t1, zero, 1);
    for (int n = 0; n < 100; ++n) {
        stage.code.emit(Op::Addi, t2, t2, 1);
    }
    const Label again = stage.code.bound_label();
    stage.code.emit(Op::AmoswapW, t0, t1, a0);
    stage.code.branch(Op::Bne, t0, zero, again);
    stage.code.emit(Op::Wfi);
    start({word, word}, {.store = 0, .upgrade = 0, .atomic = 0});
    stage.put(0, holder);
    stage.put(1, waiter);
    run();
    ASSERT_EQ(time->waited().size(), 1u);
    EXPECT_EQ(time->waited().at(word).times, 1u);
    EXPECT_NEAR(static_cast<double>(time->waited().at(word).cycles), 400, 2.0 * LeastTime::ahead);
}

TEST_F(EmulatedTimeTest, a_hart_that_is_woken_goes_on_at_the_time_of_whoever_woke_it) {
    const Label sleeper = stage.code.bound_label();
    stage.code.emit(Op::Wfi);
    stage.code.emit(Op::Sw, zero, a1, 0);  // the interrupt's line down
    stage.code.emit(Op::Wfi);
    const Label waker = stage.code.bound_label();
    for (int n = 0; n < 1'000; ++n) {
        stage.code.emit(Op::Addi, t2, t2, 1);
    }
    stage.code.emit(Op::Addi, t1, zero, 1);
    stage.code.emit(Op::Sw, t1, a1, 0);
    stage.code.emit(Op::Wfi);
    start({word, word});
    stage.put(0, sleeper);
    stage.put(1, waker);
    constexpr u64 clint = 0x200'0000, software_interrupt = 1 << 3;
    for (u32 hart = 0; hart < 2; ++hart) {
        stage.hart(hart).x[a1] = clint;  // hart 0's
        stage.hart(hart).csr.mie = software_interrupt;
    }
    run();
    EXPECT_GE(cycles(0), 1'000u);
    EXPECT_LE(cycles(0), 1'000u + 2 * LeastTime::ahead);
    EXPECT_GE(stage.machine->time(), 1'000u / 100);
    EXPECT_LE(stage.machine->time(), 1'200u / 100);
}

}  // namespace
}  // namespace stampede::several_harts
