// A guest whose events are counted by hand, and where its hart stops.
#include "harts/schedule/event_counter.h"

#include "harts/core/observers.h"
#include "harts/tests/several_harts/stage.h"

namespace stampede::schedules {
namespace {

using namespace several_harts;

constexpr u64 shared = 0x8010'0000, own = 0x8010'1000, mtimecmp_high = 0x0200'4004;
constexpr u64 no_limit = ~u64{0};

class EventCounterTest : public testing::Test {
protected:
    // One a line, and how many events have been counted behind it.
    void write_program() {
        Assembler& code = stage.code;
        code.emit(Op::Ld, t0, s0, 0);        // 1: shared
        code.emit(Op::Ld, t0, s1, 0);        // own
        code.emit(Op::Sd, t0, s1, 8);        // own
        code.emit(Op::Sd, t0, s0, 8);        // 2: shared
        code.emit(Op::AmoaddD, t1, t0, s1);  // 3: atomic, wherever
        code.emit(Op::Addi, t2, zero, 1);
        code.raw_word(0x0ff0'000f);      // 4: fence iorw, iorw
        code.emit(Op::LrD, t1, s1);      // 5
        code.emit(Op::ScD, t2, t1, s1);  // 6
        code.emit(Op::Sw, zero, s2, 0);  // 7: a device
        code.emit(Op::Ecall);            // 8: goes on at mtvec
        code.emit(Op::Addi, t2, zero, 2);
        code.emit(Op::Ld, t0, s0, 61);  // 9: misaligned, into the next line
        loop = code.bound_label();
        code.raw_word(0x0000'006f);
    }
    static constexpr std::array<u64, 13> counted = {1, 1, 1, 2, 3, 3, 4, 5, 6, 7, 8, 8, 9};

    void SetUp() override {
        write_program();
        stage.start(1);
        HartState& hart = stage.hart(0);
        hart.x[s0] = shared;
        hart.x[s1] = own;
        hart.x[s2] = mtimecmp_high;
        hart.csr.mtvec = ram_base.value + 4 * 11;
        counter.emplace(stage.machine->ram());
        counter->lines().assume_shared({PhysAddr{shared}});
        stage.machine->set_observers({&*counter}, counting_engine);
    }
    // A turn of so many events; gives the instructions.
    u64 turn(u64 events, u64 instructions) {
        Hart& hart = stage.machine->hart(HartId{0});
        counter->begin(hart, events);
        const u64 before = hart.own.executed;
        reason = stage.run(0, instructions);
        return hart.own.executed - before;
    }
    Stage stage;
    Label loop;
    std::optional<EventCounter> counter;
    StopReason reason = StopReason::Budget;
};

TEST_F(EventCounterTest, counts_what_was_counted_by_hand) {
    u64 sum = 0;
    for (std::size_t n = 0; n < counted.size(); ++n) {
        ASSERT_EQ(turn(no_limit, 1), 1u);
        sum += counter->done();
        EXPECT_EQ(sum, counted[n]) << "instruction " << n;
    }
}

TEST_F(EventCounterTest, counts_the_same_in_one_piece) {
    ASSERT_EQ(turn(no_limit, counted.size() + 100), counted.size() + 100);
    EXPECT_EQ(counter->done(), counted.back());
    EXPECT_EQ(reason, StopReason::Budget);
}

// Before the first access that is too many; a fence or a trap is gone through, and the hart stops
// before what follows.
TEST_F(EventCounterTest, stops_before_the_event_that_is_too_many) {
    const std::pair<u64, u64> stops[] = {{0, 0}, {1, 3}, {2, 4},  {3, 7}, {4, 7},
                                         {5, 8}, {6, 9}, {7, 12}, {8, 12}};
    for (const auto& [events, instructions] : stops) {
        stage = Stage{};
        SetUp();
        EXPECT_EQ(turn(events, 1'000), instructions) << events << " events";
        EXPECT_EQ(reason, StopReason::Postponed);
        EXPECT_EQ(stage.hart(0).pc, ram_base.value + 4 * instructions);
        EXPECT_EQ(turn(1, 1'000) > 0, true) << "and goes on with the next";
    }
}

// The shared line is the second of the two, or the one behind.
TEST_F(EventCounterTest, an_access_touches_the_lines_that_it_reaches_into_and_no_more) {
    Hart& hart = stage.machine->hart(HartId{0});
    counter->begin(hart, no_limit);
    EXPECT_TRUE(counter->may_access(hart, PhysAddr{shared - 8}, 8, Contact::Plain));
    EXPECT_EQ(counter->done(), 0u);
    EXPECT_TRUE(counter->may_access(hart, PhysAddr{shared - 7}, 8, Contact::Plain));
    EXPECT_EQ(counter->done(), 1u);
}

TEST_F(EventCounterTest, harts_that_have_executed_equally_much_have_events_of_their_own) {
    stage = Stage{};
    write_program();
    stage.start(2);
    counter.emplace(stage.machine->ram());
    counter->lines().assume_shared({PhysAddr{shared}});
    stage.machine->set_observers({&*counter}, counting_engine);
    for (const u32 n : {0u, 1u}) {
        stage.hart(n).x[s0] = shared;
        counter->begin(stage.machine->hart(HartId{n}), no_limit);
        stage.run(n, 1);
        EXPECT_EQ(counter->done(), 1u) << "hart " << n;
    }
}

TEST_F(EventCounterTest, a_translation_does_not_hide_an_access_to_what_has_become_another_harts) {
    stage = Stage{};
    const Label round = stage.code.bound_label();
    stage.code.emit(Op::Ld, t0, s1, 0);
    stage.code.jump(zero, round);
    stage.start(2);
    counter.emplace(stage.machine->ram());
    stage.machine->set_observers({&*counter}, counting_engine);
    stage.hart(1).x[s1] = own;
    for (const u64 events : {u64{0}, u64{50}}) {
        counter->begin(stage.machine->hart(HartId{1}), no_limit);
        stage.run(1, 100);
        EXPECT_EQ(counter->done(), events);
        (void)counter->lines().touch(HartId{0}, PhysAddr{own});
    }
}

TEST_F(EventCounterTest, an_interrupt_and_the_instruction_behind_it_are_one_event) {
    HartState& hart = stage.hart(0);
    hart.csr.mie = hart.csr.mip = csr::ssi;
    hart.csr.mstatus |= csr::status_mie;
    hart.csr.mtvec = ram_base.value;  // the shared load
    hart.pc = stage.code.address(loop);
    EXPECT_EQ(turn(1, 1), 1u);
    EXPECT_EQ(counter->done(), 1u);
    EXPECT_EQ(hart.pc, ram_base.value + 4);
}

TEST_F(EventCounterTest, an_interrupt_whose_first_instruction_traps_is_one_event) {
    HartState& hart = stage.hart(0);
    hart.csr.mie = hart.csr.mip = csr::ssi;
    hart.csr.mstatus |= csr::status_mie;
    hart.csr.mtvec = ram_base.value + 4 * 10;  // the ecall
    hart.pc = stage.code.address(loop);
    EXPECT_EQ(turn(1, 1), 1u);
    EXPECT_EQ(counter->done(), 1u);
    EXPECT_EQ(hart.pc, ram_base.value + 4 * 10);
}

// What was put off must not have left traces: the replay of its turns does not put it off.
TEST_F(EventCounterTest, an_access_that_is_put_off_sets_no_accessed_bit) {
    constexpr u64 root = 0x8020'0000;
    stage.store(root + 8 * 2, (ram_base.value >> 12 << 10) | 0xcf);  // 0x80000000: code, all set
    stage.store(root + 8 * 3,
                (ram_base.value >> 12 << 10) | 0x0f);  // 0xc0000000: the same, A and D clear
    stage.supervise(0, u64{8} << 60 | root >> 12);
    stage.hart(0).x[s0] = shared + 0x4000'0000;
    EXPECT_EQ(turn(0, 1'000), 0u);
    EXPECT_EQ(reason, StopReason::Postponed);
    EXPECT_EQ(stage.load(root + 8 * 3) & 0xc0, 0u);
    EXPECT_EQ(turn(1, 1), 1u);
    EXPECT_EQ(stage.load(root + 8 * 3) & 0xc0, 0x40u);
}

TEST_F(EventCounterTest, a_fetch_that_is_put_off_sets_no_accessed_bit) {
    constexpr u64 root = 0x8020'0000;
    // 0x80000000: A clear
    stage.store(root + 8 * 2, (ram_base.value >> 12 << 10) | 0x8f);
    stage.supervise(0, u64{8} << 60 | root >> 12);
    EXPECT_EQ(turn(0, 1'000), 0u);
    EXPECT_EQ(reason, StopReason::Postponed);
    EXPECT_EQ(stage.load(root + 8 * 2) & 0x40, 0u);
    EXPECT_EQ(turn(1, 1), 1u);
    EXPECT_EQ(stage.load(root + 8 * 2) & 0x40, 0x40u);
}

}  // namespace
}  // namespace stampede::schedules
