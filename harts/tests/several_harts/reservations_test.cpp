// Reservations, instruction by instruction (unprivileged specification,
// "Load-Reserved/Store-Conditional Instructions").
#include <chrono>
#include <thread>

#include "harts/tests/several_harts/stage.h"

namespace stampede::several_harts {
namespace {

constexpr u64 word = 0x8010'0100;  // 8 bytes, at the beginning of a 64-byte line
constexpr u64 page = 0x100;        // of RAM, that it lies in
constexpr u64 old_value = 0x0123'4567'89ab'cdef;

// Hart 0: t0 = LR.D (a0); t1 = SC.D a1, (a0). Hart 1: what the test wants, with a0 and a1.
class ReservationsTest : public testing::Test {
protected:
    ReservationsTest() {
        reserve = stage.code.bound_label();
        stage.code.emit(Op::LrD, t0, a0);
        conditional = stage.code.bound_label();
        stage.code.emit(Op::ScD, t1, a1, a0);
        other = stage.code.bound_label();
    }
    void start(unsigned harts = 2) {
        stage.code.raw_word(0x0000'006f);  // j .
        stage.start(harts);
        stage.store(word, old_value);
        stage.hart(0).x[a0] = word;
        stage.hart(0).x[a1] = 77;
        if (harts > 1) {
            stage.hart(1).x[a0] = word;
            stage.hart(1).x[a1] = old_value;
            stage.put(1, other);
        }
    }
    void load_reserved() {
        stage.put(0, reserve);
        stage.run(0, 1);
        EXPECT_EQ(stage.hart(0).x[t0], stage.load(word));
    }
    // 0: it stored.
    u64 store_conditional() {
        stage.put(0, conditional);
        stage.hart(0).x[t1] = 99;
        stage.run(0, 1);
        return stage.hart(0).x[t1];
    }
    bool page_is_marked() {
        return (stage.context().attributes.of(page) & PageAttributes::reservation) != 0;
    }

    Stage stage;
    Label reserve, conditional, other;
};

TEST_F(ReservationsTest, an_undisturbed_pair_stores) {
    start();
    load_reserved();
    EXPECT_EQ(store_conditional(), 0u);
    EXPECT_EQ(stage.load(word), 77u);
}

TEST_F(ReservationsTest, a_store_conditional_without_reservation_fails) {
    start();
    EXPECT_EQ(store_conditional(), 1u);
    EXPECT_EQ(stage.load(word), old_value);
}

TEST_F(ReservationsTest, a_reservation_serves_one_store_conditional) {
    start();
    load_reserved();
    EXPECT_EQ(store_conditional(), 0u);
    stage.hart(0).x[a1] = 78;
    EXPECT_EQ(store_conditional(), 1u);
    EXPECT_EQ(stage.load(word), 77u);
}

TEST_F(ReservationsTest, a_store_conditional_elsewhere_fails_and_gives_the_reservation_up) {
    start();
    load_reserved();
    stage.hart(0).x[a0] = word + 8;
    EXPECT_EQ(store_conditional(), 1u);
    stage.hart(0).x[a0] = word;
    EXPECT_EQ(store_conditional(), 1u);
}

TEST_F(ReservationsTest, a_trap_gives_the_reservation_up) {
    stage.code.emit(Op::Ecall);
    const Label handler = stage.code.bound_label();
    stage.code.emit(Op::Mret);
    start(1);
    stage.hart(0).csr.mtvec = stage.code.address(handler);
    load_reserved();
    stage.put(0, other);
    stage.run(0, 1);  // ecall: the handler may be another program's
    ASSERT_EQ(stage.hart(0).pc, stage.code.address(handler));
    EXPECT_EQ(store_conditional(), 1u);
    load_reserved();
    stage.put(0, handler);
    stage.run(0, 1);  // mret
    EXPECT_EQ(store_conditional(), 1u);
}

struct Disturbance {
    const char* name;
    void (*emit)(Assembler& code);
};
class DisturbedTest : public ReservationsTest, public testing::WithParamInterface<Disturbance> {};

// All of them write the value that is there already: what counts is the store.
TEST_P(DisturbedTest, store_of_another_hart_makes_the_store_conditional_fail) {
    const u64 begin = stage.code.here();
    GetParam().emit(stage.code);
    const u64 instructions = (stage.code.here() - begin) / 4;
    start();
    stage.run(1, 1);  // not the first access: write tags are filled
    stage.put(1, other);
    load_reserved();
    stage.run(1, instructions);
    ASSERT_EQ(stage.load(word), old_value);
    EXPECT_EQ(store_conditional(), 1u);
    EXPECT_EQ(stage.load(word), old_value);
    load_reserved();
    EXPECT_EQ(store_conditional(), 0u) << "the next attempt is undisturbed";
}

INSTANTIATE_TEST_SUITE_P(
    Stores, DisturbedTest,
    testing::Values(
        Disturbance{"sd", [](Assembler& code) { code.emit(Op::Sd, a1, a0, 0); }},
        Disturbance{"sw", [](Assembler& code) { code.emit(Op::Sw, a1, a0, 0); }},
        Disturbance{"sh", [](Assembler& code) { code.emit(Op::Sh, a1, a0, 0); }},
        Disturbance{"sb", [](Assembler& code) { code.emit(Op::Sb, a1, a0, 0); }},
        Disturbance{"sd_to_the_end_of_the_line",
                    [](Assembler& code) { code.emit(Op::Sd, a1, a0, 56); }},
        Disturbance{"misaligned_sd", [](Assembler& code) { code.emit(Op::Sd, zero, a0, 9); }},
        Disturbance{"misaligned_sd_into_the_line_from_the_one_before",
                    [](Assembler& code) {
                        // the last seven bytes are the word's, the first is the line before's
                        code.emit(Op::Slli, a2, a1, 8);
                        code.emit(Op::Sd, a2, a0, -1);
                    }},
        Disturbance{"misaligned_sd_out_of_the_line",
                    [](Assembler& code) { code.emit(Op::Sd, zero, a0, 61); }},
        Disturbance{"amoswap", [](Assembler& code) { code.emit(Op::AmoswapD, zero, a1, a0); }},
        Disturbance{"amoadd_of_nothing",
                    [](Assembler& code) { code.emit(Op::AmoaddD, zero, zero, a0); }},
        Disturbance{"amoor_w", [](Assembler& code) { code.emit(Op::AmoorW, zero, zero, a0); }},
        Disturbance{"amomax_w", [](Assembler& code) { code.emit(Op::AmomaxW, zero, a1, a0); }},
        Disturbance{"amo_on_the_other_half",
                    [](Assembler& code) {
                        code.emit(Op::Addi, a2, a0, 4);
                        code.emit(Op::AmoaddW, zero, zero, a2);
                    }},
        Disturbance{"lr_sc",
                    [](Assembler& code) {
                        code.emit(Op::LrD, t0, a0);
                        code.emit(Op::ScD, t1, t0, a0);
                    }},
        Disturbance{"lr_sc_of_the_lower_half",
                    [](Assembler& code) {
                        code.emit(Op::LrW, t0, a0);
                        code.emit(Op::ScW, t1, t0, a0);
                    }},
        Disturbance{"change_and_back",
                    [](Assembler& code) {
                        code.emit(Op::Sd, zero, a0, 0);
                        code.emit(Op::Sd, a1, a0, 0);
                    }}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(ReservationsTest, loads_and_failed_store_conditionals_of_others_disturb_nothing) {
    stage.code.emit(Op::Ld, t0, a0, 0);
    stage.code.emit(Op::LrD, t0, a0);
    stage.code.emit(Op::ScW, t1, a1, a0);  // another size: fails
    start();
    load_reserved();
    stage.run(1, 3);
    ASSERT_EQ(stage.hart(1).x[t1], 1u);
    EXPECT_EQ(store_conditional(), 0u);
}

TEST_F(ReservationsTest, a_store_to_the_next_line_disturbs_nothing) {
    stage.code.emit(Op::Sd, a1, a0, 64);
    start();
    load_reserved();
    stage.run(1, 1);
    EXPECT_EQ(store_conditional(), 0u);
}

TEST_F(ReservationsTest, lines_that_share_a_version_fail_spuriously_and_never_succeed_wrongly) {
    stage.code.emit(Op::LrD, t0, a0);
    stage.code.emit(Op::Sd, a1, a0, 0);
    start();
    constexpr u64 alias = word + (u64{1} << 20);
    ASSERT_EQ(&stage.context().lines.of({alias}), &stage.context().lines.of({word}));
    stage.hart(1).x[a0] = alias;
    load_reserved();
    stage.run(1, 2);
    EXPECT_EQ(store_conditional(), 1u);
    EXPECT_EQ(stage.load(word), old_value);
    load_reserved();
    EXPECT_EQ(store_conditional(), 0u);
}

TEST_F(ReservationsTest, the_walker_setting_a_or_d_is_a_store_to_the_ptes_line) {
    stage.code.emit(Op::Ld, t0, a0, 0);
    stage.code.emit(Op::Sd, t0, a0, 0);
    start();
    constexpr u64 root = 0x8011'0000, flags = 0xcf;                 // V R W X A D
    stage.store(root + 2 * 8, ram_base.value >> 12 << 10 | flags);  // 0x80000000: itself
    stage.store(root, ram_base.value >> 12 << 10 |
                          (flags & ~u64{0xc0}));  // 0: the same again, without A and D
    stage.supervise(1, u64{8} << 60 | root >> 12);
    stage.hart(1).x[a0] = word - ram_base.value;
    stage.hart(0).x[a0] = root;
    for (const u64 bit : {u64{0x40}, u64{0x80}}) {
        stage.put(0, reserve);
        stage.run(0, 1);
        stage.run(1, 1);
        ASSERT_EQ(stage.load(root) & bit, bit);
        EXPECT_EQ(store_conditional(), 1u) << "bit " << bit;
    }
}

// More instructions than the 16 of a constrained loop: nothing is guaranteed, but without anybody
// else it must not fail for ever.
TEST_F(ReservationsTest, a_long_loop_comes_through_alone_after_many_failures) {
    stage.code.emit(Op::Sd, a1, a0, 0);
    const Label loop = stage.code.bound_label();
    stage.code.emit(Op::LrD, t0, a0);
    for (int n = 0; n < 40; ++n) {
        stage.code.emit(Op::Addi, t0, t0, 1);
    }
    stage.code.emit(Op::ScD, t1, t0, a0);
    stage.code.branch(Op::Bne, t1, zero, loop);
    start();
    for (int n = 0; n < 200; ++n) {
        stage.put(0, loop);
        stage.run(0, 10);
        stage.put(1, other);
        stage.run(1, 1);
        stage.run(0, 33);
        ASSERT_EQ(stage.hart(0).pc, stage.code.address(loop)) << "a disturbed attempt succeeded";
    }
    stage.run(0, 5 * 43);
    EXPECT_EQ(stage.load(word), old_value + 40);
}

// In these two the test itself holds a line's lock, as a storing hart would, while hart 0 wants it
// on a thread of its own.
constexpr auto a_while = std::chrono::milliseconds(
    100);  // for that thread to get there; if it does not, the test proves less

TEST_F(ReservationsTest, a_hart_that_waits_for_a_line_keeps_no_other) {
    const Label begin = stage.code.bound_label();
    stage.code.emit(Op::LrD, t0, a0);
    stage.code.emit(Op::Sd, zero, a0, 64);
    stage.code.emit(Op::ScD, t1, a1, a0);
    start();
    load_reserved();
    LineVersions::Word& own = stage.context().lines.of({word});
    LineVersions::Word& wanted = stage.context().lines.of({word + 64});
    stage.hart(0).reservation.failures = 1'000;  // so many that the line is kept from LR to SC
    stage.put(0, begin);
    const u64 version = LineVersions::lock(wanted);
    std::thread hart([&] { stage.run(0, 3); });
    std::this_thread::sleep_for(a_while);
    const u64 seen = own.load();
    EXPECT_EQ(seen & 1, 0u) << "who holds the other line may be waiting for this one";
    LineVersions::unlock_unchanged(wanted, version);
    hart.join();
    EXPECT_EQ(stage.hart(0).x[t1], 0u);
    EXPECT_EQ(stage.load(word), 77u);
}

TEST_F(ReservationsTest, a_pte_that_changes_before_the_walker_updates_it_keeps_its_new_value) {
    const Label begin = stage.code.bound_label();
    stage.code.emit(Op::Sd, zero, a2, 0);
    start();
    constexpr u64 root = 0x8011'0000, flags = 0xcf;  // V R W X A D
    const u64 unused = ram_base.value >> 12 << 10 | (flags & ~u64{0xc0});
    stage.store(root + 2 * 8, ram_base.value >> 12 << 10 | flags);
    stage.store(root, unused);
    stage.hart(0).x[a0] = root;
    stage.put(0, reserve);
    stage.run(0, 1);  // marks the table's page: its PTEs are updated under their line's lock
    const Label handler = stage.code.bound_label();
    stage.hart(0).csr.mtvec = stage.code.address(handler);
    stage.hart(0).x[a2] = word - ram_base.value;
    stage.supervise(0, u64{8} << 60 | root >> 12);
    stage.put(0, begin);
    LineVersions::Word& line = stage.context().lines.of({root});
    const u64 version = LineVersions::lock(line);
    std::thread hart([&] { stage.run(0, 1); });
    std::this_thread::sleep_for(a_while);
    stage.store(root, unused & ~u64{1});  // not valid any more
    LineVersions::unlock_changed(line, version);
    hart.join();
    EXPECT_EQ(stage.load(root), unused & ~u64{1});
    EXPECT_EQ(stage.hart(0).csr.mcause, 15u) << "a store's page fault";
    EXPECT_EQ(stage.load(word), old_value);
}

TEST_F(ReservationsTest, lr_w_extends_the_sign_and_reserves_either_half) {
    stage.code.emit(Op::LrW, t0, a0);
    stage.code.emit(Op::ScW, t1, a1, a0);
    start();
    for (const u64 half : {0, 4}) {
        stage.store(word, 0x8000'0001'8000'0002);
        stage.hart(1).x[a0] = word + half;
        stage.hart(1).x[a1] = 0x1234'5678;
        stage.put(1, other);
        stage.run(1, 2);
        EXPECT_EQ(stage.hart(1).x[t0], half == 0 ? 0xffff'ffff'8000'0002 : 0xffff'ffff'8000'0001);
        EXPECT_EQ(stage.hart(1).x[t1], 0u);
        EXPECT_EQ(stage.load(word), half == 0 ? 0x8000'0001'1234'5678 : 0x1234'5678'8000'0002);
    }
}

// --- the mark on the page ------------------------------------------------------------------------

class MarkTest : public ReservationsTest {
protected:
    MarkTest() {  // hart 1 stores in a loop
        const Label loop = stage.code.bound_label();
        stage.code.emit(Op::Sd, a1, a0, 0);
        stage.code.jump(zero, loop);
    }
    void other_stores(u64 times) { stage.run(1, 2 * times); }
};

TEST_F(MarkTest,
       it_comes_with_the_first_load_reserved_and_goes_after_thousands_of_stores_without_one) {
    start();
    other_stores(10);
    EXPECT_FALSE(page_is_marked());
    load_reserved();
    EXPECT_TRUE(page_is_marked());
    other_stores(4'000);
    EXPECT_TRUE(page_is_marked());
    other_stores(200);
    EXPECT_FALSE(page_is_marked());
}

TEST_F(MarkTest, a_load_reserved_now_and_then_keeps_it) {
    start();
    for (int n = 0; n < 5; ++n) {
        load_reserved();
        other_stores(3'000);
        EXPECT_TRUE(page_is_marked());
    }
}

TEST_F(MarkTest, a_reservation_does_not_outlive_it) {
    start();
    stage.context().reservation_use.set_patience(3);
    stage.hart(1).x[a0] = word + 128;  // another line of the page
    load_reserved();
    other_stores(2);
    EXPECT_TRUE(page_is_marked());
    other_stores(2);
    ASSERT_FALSE(page_is_marked());
    stage.hart(1).x[a0] = word;
    other_stores(5);  // fast ones, that change no version
    EXPECT_EQ(store_conditional(), 1u);
    EXPECT_EQ(stage.load(word), old_value);
}

TEST_F(MarkTest, a_page_marked_again_is_exact_again) {
    start();
    stage.context().reservation_use.set_patience(3);
    for (int n = 0; n < 10; ++n) {
        load_reserved();
        other_stores(10);
        ASSERT_FALSE(page_is_marked());
        EXPECT_EQ(store_conditional(), 1u);
        load_reserved();  // takes hart 1's write tag away again
        ASSERT_TRUE(page_is_marked());
        other_stores(1);
        EXPECT_EQ(store_conditional(), 1u);
        load_reserved();
        EXPECT_EQ(store_conditional(), 0u);
        stage.store(word, old_value);
    }
}

TEST_F(MarkTest, every_line_of_the_page_loses_its_reservations) {
    start();
    stage.context().reservation_use.set_patience(3);
    for (u64 line = 0; line < 64; ++line) {
        stage.hart(0).x[a0] = (word & ~u64{0xfff}) + line * 64;
        stage.put(0, reserve);
        stage.run(0, 1);
        other_stores(10);
        ASSERT_FALSE(page_is_marked());
        EXPECT_EQ(store_conditional(), 1u) << "line " << line;
    }
}

}  // namespace
}  // namespace stampede::several_harts
