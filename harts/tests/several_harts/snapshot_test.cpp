// Snapshots of small programs, step by step: reservations, code that is rewritten, stores of every
// kind, time.
#include "harts/machine/snapshot.h"
#include "harts/tests/several_harts/stage.h"

namespace stampede::several_harts {
namespace {

constexpr u64 word = 0x8010'0100;
constexpr u64 page = (word - 0x8000'0000) / page_size;

// Hart 0: t0 = LR.D (a0); t1 = SC.D a1, (a0). Hart 1: sd a1, (a0). a0 is the word, a1 another value
// for each hart.
class SnapshotStepsTest : public testing::Test {
protected:
    void start() {
        Assembler& code = stage.code;
        reserve = code.bound_label();
        code.emit(Op::LrD, t0, a0);
        conditional = code.bound_label();
        code.emit(Op::ScD, t1, a1, a0);
        plain = code.bound_label();
        code.emit(Op::Sd, a1, a0, 0);
        add = code.bound_label();
        code.emit(Op::AmoaddD, t2, a1, a0);
        code.emit(Op::AmoaddW, t2, a1, a0);
        stage.start(2);
        for (const u32 n : {0u, 1u}) {
            stage.hart(n).x[a0] = word;
            stage.hart(n).x[a1] = 70 + n;
        }
        stage.store(word, 5);
    }
    void step(u32 hart, Label at) const {
        stage.put(hart, at);
        stage.run(hart, 1);
    }
    bool store_conditional_stores() const {
        stage.hart(0).x[t1] = 99;
        step(0, conditional);
        return stage.hart(0).x[t1] == 0;
    }

    Stage stage;
    Label reserve, conditional, plain, add;
};

TEST_F(SnapshotStepsTest, a_reservation_comes_back_though_its_line_was_stored_to_since) {
    start();
    step(0, reserve);
    Snapshot snapshot(*stage.machine);
    for (int n = 0; n < 3; ++n) {
        step(1, plain);
        EXPECT_FALSE(store_conditional_stores());
        snapshot.restore();
        EXPECT_TRUE(store_conditional_stores());
        EXPECT_EQ(stage.load(word), 70u);
        snapshot.restore();
        EXPECT_EQ(stage.load(word), 5u);
    }
}

TEST_F(SnapshotStepsTest, a_reservation_that_comes_back_can_be_broken_again) {
    start();
    step(0, reserve);
    Snapshot snapshot(*stage.machine);
    // as a page that saw many stores and no load-reserved
    stage.context().attributes.clear(page, PageAttributes::reservation);
    snapshot.restore();
    step(1, plain);
    EXPECT_FALSE(store_conditional_stores());
}

TEST_F(SnapshotStepsTest, a_reservation_that_was_broken_stays_so) {
    start();
    step(0, reserve);
    step(1, plain);
    Snapshot snapshot(*stage.machine);
    for (int n = 0; n < 3; ++n) {
        EXPECT_FALSE(store_conditional_stores());
        snapshot.restore();
    }
}

// By the slow path and by the fast one, which a first store has opened.
TEST_F(SnapshotStepsTest, every_kind_of_store_is_taken_back) {
    start();
    step(1, plain);
    stage.store(word, 5);
    Snapshot snapshot(*stage.machine);
    for (int n = 0; n < 3; ++n) {
        EXPECT_TRUE(snapshot.dirty_pages().empty());
        step(1, plain);
        step(1, plain);
        EXPECT_EQ(snapshot.dirty_pages().size(), 1u);
        EXPECT_EQ(stage.load(word), 71u);
        snapshot.restore();
        EXPECT_EQ(stage.load(word), 5u);

        step(1, add);
        step(1, add);
        EXPECT_EQ(stage.load(word), 147u);
        snapshot.restore();
        EXPECT_EQ(stage.load(word), 5u);

        step(0, reserve);
        EXPECT_TRUE(snapshot.dirty_pages().empty());
        EXPECT_TRUE(store_conditional_stores());
        EXPECT_EQ(snapshot.dirty_pages().size(), 1u);
        snapshot.restore();
        EXPECT_EQ(stage.load(word), 5u);
    }
}

// A page keeps what it held at the snapshot, not at an earlier one.
TEST_F(SnapshotStepsTest, a_second_snapshot_keeps_contents_of_its_own) {
    start();
    {
        Snapshot first(*stage.machine);
        step(1, plain);
        first.restore();
        step(1, plain);
    }
    Snapshot second(*stage.machine);
    step(0, plain);
    EXPECT_EQ(stage.load(word), 70u);
    second.restore();
    EXPECT_EQ(stage.load(word), 71u);
}

TEST_F(SnapshotStepsTest, without_a_snapshot_nothing_is_kept_any_more) {
    start();
    {
        const Snapshot gone(*stage.machine);
    }
    EXPECT_EQ(stage.context().attributes.of(page), 0);
    step(1, plain);
    EXPECT_EQ(stage.load(word), 71u);
}

// Hart 0 rewrites an instruction that both harts have executed, and both execute it again.
TEST_F(SnapshotStepsTest, code_is_what_stands_there_again) {
    Assembler& code = stage.code;
    const Label patch = code.bound_label();
    code.emit(Op::Addi, a2, zero, 1);
    const Label write = code.bound_label();
    code.emit(Op::Sw, a1, a0, 0);
    stage.start(2);
    const u32 two = 0x0020'0613;  // li a2, 2
    stage.hart(0).x[a0] = stage.code.address(patch);
    stage.hart(0).x[a1] = two;
    const auto result = [&](u32 hart) {
        step(hart, patch);
        return stage.hart(hart).x[a2];
    };
    EXPECT_EQ(result(0), 1u);
    Snapshot snapshot(*stage.machine);
    for (int n = 0; n < 3; ++n) {
        if (n != 2) {  // else nobody has decoded the page since but who rewrites it
            EXPECT_EQ(result(1), 1u);
        }
        step(0, write);
        EXPECT_EQ(result(0), 2u);
        if (n == 0) {  // else it has not heard of it when all goes back
            EXPECT_EQ(result(1), 2u);
        }
        snapshot.restore();
        EXPECT_EQ(result(0), 1u);
        if (n != 1) {
            EXPECT_EQ(result(1), 1u);
        }
        snapshot.restore();
    }
}

TEST_F(SnapshotStepsTest, counted_time_comes_back) {
    start();
    stage.machine->hart(HartId{0}).own.pc = stage.code.address(plain);
    Snapshot snapshot(*stage.machine);
    const u64 then = stage.machine->time();
    for (int n = 0; n < 500; ++n) {
        step(1, plain);
    }
    EXPECT_GT(stage.machine->time(), then);
    snapshot.restore();
    EXPECT_EQ(stage.machine->time(), then);
}

TEST_F(SnapshotStepsTest, host_time_goes_on_from_where_it_was) {
    stage.code.emit(Op::Addi, a2, zero, 1);
    stage.start(
        {.harts = 1, .memory = u64{4} << 20, .time = TimeMode::Host, .bootargs = {}, .permits = 0});
    Snapshot snapshot(*stage.machine);
    const u64 then = stage.machine->time();
    while (stage.machine->time() < then + time_frequency / 10) {
    }
    snapshot.restore();
    const u64 now = stage.machine->time();
    EXPECT_GE(now + time_frequency / 1000, then);  // the snapshot is a little older than `then`
    EXPECT_LT(now, then + time_frequency / 10);
}

// Every hart on its own thread: all add to words of all pages, from one snapshot again and again.
TEST_F(SnapshotStepsTest, harts_that_run_in_parallel_are_taken_back_too) {
    constexpr u32 harts = 4;
    constexpr u64 data = 0x8020'0000, pages = 64, rounds = 3;
    Assembler& code = stage.code;
    code.load_immediate(t1, rounds);
    const Label round = code.bound_label();
    code.load_immediate(a0, data);
    code.load_immediate(t2, pages);
    code.load_immediate(t3, page_size);
    const Label loop = code.bound_label();
    code.emit(Op::Addi, t0, zero, 1);
    code.emit(Op::AmoaddD, zero, t0, a0);
    code.emit(Op::Sd, t1, a0, 8);
    code.emit(Op::Add, a0, a0, t3);
    code.emit(Op::Addi, t2, t2, -1);
    code.branch(Op::Bne, t2, zero, loop);
    code.emit(Op::Addi, t1, t1, -1);
    code.branch(Op::Bne, t1, zero, round);
    // The last to be done ends the machine.
    code.load_immediate(a0, 0x8010'0000);
    code.emit(Op::Addi, t0, zero, 1);
    code.emit(Op::AmoaddD, t1, t0, a0);
    code.emit(Op::Addi, t0, zero, harts - 1);
    const Label rest = code.label();
    code.branch(Op::Bne, t1, t0, rest);
    code.load_immediate(a0, 0x10'0000);
    code.load_immediate(t0, 0x5555);
    code.emit(Op::Sw, t0, a0, 0);
    code.bind(rest);
    code.emit(Op::Wfi);
    code.jump(zero, rest);
    stage.start({.harts = harts,
                 .memory = u64{4} << 20,
                 .time = TimeMode::Host,
                 .bootargs = {},
                 .permits = 0});
    Snapshot snapshot(*stage.machine);
    const u64 hash = stage.machine->state_hash();
    for (int n = 0; n < 30; ++n) {
        ASSERT_EQ(stage.machine->run_parallel(std::chrono::seconds(60)), MachineStop::Finished);
        for (u64 k = 0; k < pages; ++k) {
            EXPECT_EQ(stage.load(data + k * page_size), harts * rounds);
        }
        EXPECT_EQ(snapshot.dirty_pages().size(), pages + 1);
        snapshot.restore();
        EXPECT_EQ(stage.machine->state_hash(), hash);
    }
}

}  // namespace
}  // namespace stampede::several_harts
