// One host thread drives the harts in a loop: the machine is then a function of its program and the
// schedule.
#include <algorithm>

#include "harts/tests/several_harts/stage.h"

namespace stampede::several_harts {
namespace {

constexpr u64 data = 0x8010'0000;  // a shared counter, then a line for each hart
constexpr u64 mtimecmp = 0x0200'4000, msip = 0x0200'0000;

// How timer interrupts are asked for: the CLINT's registers, or stimecmp in supervisor mode.
enum class Timer : u8 { None, Machine, Supervisor };

// Each hart adds to a shared counter by LR/SC and to its own sums by everything else, and is
// interrupted by its timer, whose handler notes pc and time. Counted in instructions, so every one
// of them matters.
class DeterminismTest : public testing::TestWithParam<Timer> {
protected:
    void write_program() {
        Assembler& code = stage.code;
        handler = code.label();
        code.emit(Op::Csrrs, s0, 0xf14, 0);  // mhartid
        code.load_immediate(s1, data);
        code.emit(Op::Slli, s2, s0, 6);
        code.emit(Op::Add, s2, s2, s1);  // own line - 64
        code.load_immediate(s3, mtimecmp);
        code.emit(Op::Slli, s4, s0, 3);
        code.emit(Op::Add, s3, s3, s4);
        code.load_address(t0, handler);
        if (GetParam() == Timer::Machine) {
            code.emit(Op::Csrrw, zero, 0x305, t0);
            rearm_machine();
            code.emit(Op::Addi, t0, zero, 0x80);
            code.emit(Op::Csrrs, zero, 0x304, t0);
            code.emit(Op::Csrrsi, zero, 0x300, 8);
        } else if (GetParam() == Timer::Supervisor) {
            code.emit(Op::Csrrw, zero, 0x105, t0);
            code.load_immediate(t0, u64{1} << 63);
            code.emit(Op::Csrrs, zero, 0x30a, t0);
            code.emit(Op::Addi, t0, zero, 7);
            code.emit(Op::Csrrs, zero, 0x306, t0);
            code.emit(Op::Addi, t0, zero, 0x20);
            code.emit(Op::Csrrs, zero, 0x303, t0);
            rearm_supervisor();
            code.emit(Op::Csrrs, zero, 0x304, t0);
            code.load_immediate(t0, 0x1800);
            code.emit(Op::Csrrc, zero, 0x300, t0);
            code.load_immediate(t0, 0x802);  // MPP = S, SIE
            code.emit(Op::Csrrs, zero, 0x300, t0);
            const Label supervisor = code.label();
            code.load_address(t0, supervisor);
            code.emit(Op::Csrrw, zero, 0x341, t0);
            code.emit(Op::Mret);
            code.bind(supervisor);
        }
        const Label loop = code.bound_label();
        code.emit(Op::LrD, t0, s1);
        code.emit(Op::Addi, t0, t0, 1);
        code.emit(Op::ScD, t1, t0, s1);
        code.branch(Op::Bne, t1, zero, loop);
        code.emit(Op::AmoaddD, t2, t0, s1);
        code.emit(Op::Mul, s5, s5, t0);
        code.emit(Op::Add, s5, s5, s0);
        code.emit(Op::Sd, s5, s2, 64);
        code.emit(Op::Csrrs, t1, 0xc02, 0);
        code.emit(Op::Csrrs, t2, 0xc01, 0);
        code.emit(Op::Xor, s5, s5, t2);
        const Label skip = code.label();
        code.emit(Op::Andi, t1, s5, 7);
        code.branch(Op::Bne, t1, zero, skip);
        code.emit(Op::Sw, t1, s1, 128 + 1);  // misaligned
        code.bind(skip);
        code.jump(zero, loop);

        code.align(4);
        code.bind(handler);
        code.emit(Op::Sd, t0, s2, 64 + 16);
        code.emit(Op::Sd, t1, s2, 64 + 24);
        code.emit(Op::Csrrs, t0, GetParam() == Timer::Supervisor ? 0x141 : 0x341, 0);
        code.emit(Op::Csrrs, t1, 0xc02, 0);
        code.emit(Op::Xor, s6, s6, t0);
        code.emit(Op::Mul, s6, s6, t1);
        code.emit(Op::Addi, s7, s7, 1);
        GetParam() == Timer::Supervisor ? rearm_supervisor() : rearm_machine();
        code.emit(Op::Ld, t0, s2, 64 + 16);
        code.emit(Op::Ld, t1, s2, 64 + 24);
        code.emit(GetParam() == Timer::Supervisor ? Op::Sret : Op::Mret);
    }
    void rearm_machine() {
        stage.code.emit(Op::Csrrs, t0, 0xc01, 0);
        stage.code.emit(Op::Addi, t0, t0, 3);
        stage.code.emit(Op::Sd, t0, s3, 0);
    }
    void rearm_supervisor() {
        stage.code.emit(Op::Csrrs, t1, 0xc01, 0);
        stage.code.emit(Op::Addi, t1, t1, 3);
        stage.code.emit(Op::Csrrw, zero, 0x14d, t1);
    }
    void start(unsigned harts) {
        write_program();
        stage.start(harts);
    }
    // `total` instructions of each hart, in turns of `turn`, each in pieces of `budget`.
    u64 drive(unsigned harts, u64 total, u64 turn, u64 budget) {
        stage = Stage{};
        start(harts);
        for (u64 done = 0; done < total; done += turn) {
            for (u32 n = 0; n < harts; ++n) {
                for (u64 piece = 0; piece < turn; piece += budget) {
                    EXPECT_EQ(stage.run(n, std::min(budget, turn - piece)), StopReason::Budget);
                }
            }
        }
        for (u32 n = 0; n < harts; ++n) {
            EXPECT_EQ(stage.hart(n).executed, total);
            if (GetParam() != Timer::None) {
                EXPECT_GT(stage.hart(n).x[s7], total / 1'000) << "timer interrupts were taken";
            }
        }
        return stage.machine->state_hash();
    }

    Stage stage;
    Label handler;
};

TEST_P(DeterminismTest, two_harts_driven_twice_at_a_budget_of_1000_give_one_hash) {
    const u64 first = drive(2, 100'000, 1'000, 1'000);
    EXPECT_EQ(drive(2, 100'000, 1'000, 1'000), first);
}

TEST_P(DeterminismTest, another_schedule_gives_another_hash) {
    const u64 first = drive(2, 100'000, 1'000, 1'000);
    EXPECT_NE(drive(2, 100'000, 2'000, 2'000), first);
}

TEST_P(DeterminismTest, one_hart_runs_the_same_way_at_every_budget) {
    const u64 whole = drive(1, 60'000, 60'000, 60'000);
    for (const u64 budget : {u64{1}, u64{2}, u64{7}, u64{100}, u64{1'000}, u64{19'999}}) {
        EXPECT_EQ(drive(1, 60'000, 60'000, budget), whole) << "budget " << budget;
    }
}

TEST_P(DeterminismTest, turns_may_be_cut_into_pieces) {
    const u64 whole = drive(3, 30'000, 1'000, 1'000);
    for (const u64 budget : {u64{1}, u64{13}, u64{500}}) {
        EXPECT_EQ(drive(3, 30'000, 1'000, budget), whole) << "budget " << budget;
    }
}

INSTANTIATE_TEST_SUITE_P(Timers, DeterminismTest,
                         testing::Values(Timer::None, Timer::Machine, Timer::Supervisor),
                         [](const auto& info) {
                             return info.param == Timer::None      ? "none"
                                    : info.param == Timer::Machine ? "mtimecmp"
                                                                   : "stimecmp";
                         });

// --- waiting -------------------------------------------------------------------------------------

TEST(WaitingTest, time_jumps_to_the_next_deadline_when_every_hart_waits) {
    Stage stage;
    Assembler& code = stage.code;
    code.emit(Op::Wfi);
    const Label after = code.bound_label();
    code.raw_word(0x0000'006f);
    stage.start(2);
    stage.hart(0).csr.mie = stage.hart(1).csr.mie = u64{1} << 7;
    for (const auto& [hart, deadline] : {std::pair{0u, 5'000u}, std::pair{1u, 9'000u}}) {
        ASSERT_TRUE(stage.context().bus.store(HartId{0}, {mtimecmp + 8 * hart}, 8, deadline));
        ASSERT_EQ(stage.run(hart, 100), StopReason::Wfi);
    }
    EXPECT_EQ(stage.run(1, 100), StopReason::Wfi) << "the other one's deadline comes first";
    EXPECT_EQ(stage.machine->time(), 5'000u);
    EXPECT_EQ(stage.run(0, 100), StopReason::Budget);
    EXPECT_EQ(stage.hart(0).pc, code.address(after));
    EXPECT_EQ(stage.run(1, 100), StopReason::Wfi) << "hart 0 runs: time is counted";
    EXPECT_EQ(stage.machine->time(), 5'001u);
}

TEST(WaitingTest, an_interrupt_from_another_hart_ends_wfi) {
    Stage stage;
    Assembler& code = stage.code;
    code.emit(Op::Wfi);
    code.emit(Op::Addi, t0, zero, 1);
    code.raw_word(0x0000'006f);
    const Label sender = code.bound_label();
    code.emit(Op::Sw, a1, a0, 4);
    code.raw_word(0x0000'006f);
    stage.start(2);
    stage.hart(1).csr.mie = u64{1} << 3;
    ASSERT_EQ(stage.run(1, 10), StopReason::Wfi);
    ASSERT_EQ(stage.run(1, 10), StopReason::Wfi);
    stage.put(0, sender);
    stage.hart(0).x[a0] = msip;
    stage.hart(0).x[a1] = 1;
    ASSERT_EQ(stage.run(0, 10), StopReason::Budget);
    EXPECT_EQ(stage.run(1, 10), StopReason::Budget);
    EXPECT_EQ(stage.hart(1).x[t0], 1u);
}

}  // namespace
}  // namespace stampede::several_harts
