// Meetings of harts, counted by the fast hart, by the full one, and where scheduling points are
// counted.
#include "harts/observe/coverage/interleaving_coverage.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "harts/observe/coverage/branch_coverage.h"
#include "harts/observe/coverage/coverage_engines.h"
#include "harts/tests/several_harts/stage.h"

namespace stampede::several_harts {
namespace {

constexpr u64 shared = ram_base.value + 0x10'0000, reserved = shared + 0x2000,
              beyond = shared + 0x10'0000;

class InterleavingCoverageTest : public testing::TestWithParam<const Engine*> {
protected:
    InterleavingCoverageTest() {
        Assembler& code = stage.code;
        const auto access = [&](auto emit) {
            const Label at = code.bound_label();
            emit();
            code.raw_word(0x0000'006f);  // j .
            return at;
        };
        load = access([&] { code.emit(Op::Ld, t0, a0, 0); });
        store = access([&] { code.emit(Op::Sd, t0, a0, 0); });
        other_store = access([&] { code.emit(Op::Sd, t0, a0, 0); });
        push = access([&] { code.emit(Op::Sd, t0, sp, 0); });
        pop = access([&] { code.emit(Op::Ld, t0, sp, 0); });
        swap = access([&] { code.emit(Op::AmoswapD, t0, zero, a0); });
        reserve = access([&] { code.emit(Op::LrD, t0, a0); });
        stage.start(2);
        std::array<u8, 4096> bytes;
        stage.machine->ram().copy_out(ram_base, bytes);
        const std::array<Hart*, 2> harts{&stage.machine->hart(HartId{0}),
                                         &stage.machine->hart(HartId{1})};
        branches.emplace(ram_base.value, std::as_bytes(std::span(bytes)), branch_counters, harts);
        meetings.emplace(PhysAddr{beyond}, counters, harts);
        stage.machine->set_observers({&*branches, &*meetings}, *GetParam());
        stage.supervise(0, 0);
        stage.supervise(1, 0);
        // So that the accesses below hit: each kind once on each hart, in a run of its own.
        for (u32 hart = 0; hart < 2; ++hart) {
            for (const Label at : {load, store, other_store, push, pop, swap}) {
                perform(hart, at);
            }
            // elsewhere: a page with reservations takes no fast store
            perform(hart, reserve, reserved);
        }
        begin_run();
    }

    void perform(u32 hart, Label at, u64 address = shared) {
        stage.put(hart, at);
        stage.hart(hart).x[a0] = stage.hart(hart).x[sp] = address;
        (void)stage.run(hart, 2);  // to the end of the run: less is done by the full hart
    }
    void begin_run() {
        counters.fill(0);
        meetings->begin_run();
    }
    [[nodiscard]] unsigned sum() const {
        return std::accumulate(counters.begin(), counters.end(), 0u);
    }

    Stage stage;
    Label load, store, other_store, push, pop, swap, reserve;
    std::array<u8, 4096> branch_counters{};
    std::array<u8, 1024> counters{};
    std::optional<BranchCoverage> branches;
    std::optional<InterleavingCoverage> meetings;
};

TEST_P(InterleavingCoverageTest,
       a_load_behind_another_harts_store_is_a_meeting_and_the_other_way_round) {
    perform(0, store);
    perform(1, load);
    EXPECT_EQ(sum(), 1u);
    perform(0, store);
    EXPECT_EQ(sum(), 2u);
    EXPECT_EQ(std::ranges::count(counters, 1), 2) << "their order tells them apart";
}

TEST_P(InterleavingCoverageTest, the_instruction_tells_meetings_apart) {
    perform(0, store);
    perform(1, load);
    perform(0, other_store);
    perform(1, load);
    EXPECT_EQ(sum(), 3u);
    EXPECT_EQ(std::ranges::count(counters, 1), 3);
}

TEST_P(InterleavingCoverageTest, atomics_meet_too) {
    perform(0, swap);
    perform(1, load);
    EXPECT_EQ(sum(), 1u);
    perform(0, swap);
    EXPECT_EQ(sum(), 2u);
    perform(0, store, reserved);
    perform(1, reserve, reserved);
    EXPECT_EQ(sum(), 3u);
}

TEST_P(InterleavingCoverageTest, loads_do_not_meet_nor_does_a_hart_meet_itself) {
    perform(0, load);
    perform(0, reserve, reserved);
    perform(1, reserve, reserved);
    EXPECT_EQ(sum(), 0u);
    perform(0, load);
    EXPECT_EQ(sum(), 0u);
    perform(0, store);
    perform(0, load);
    perform(0, swap);
    EXPECT_EQ(sum(), 0u);
}

TEST_P(InterleavingCoverageTest, other_words_and_other_runs_do_not_meet) {
    perform(0, store);
    perform(1, load, shared + 8);
    EXPECT_EQ(sum(), 0u);
    begin_run();
    perform(1, load);
    EXPECT_EQ(sum(), 0u);
    constexpr unsigned runs = 600;  // more than there are numbers for them
    for (unsigned n = 0; n < runs; ++n) {
        perform(0, store, shared + 8 * n);
    }
    for (unsigned n = 0; n < runs; ++n) {
        begin_run();
        perform(1, load, shared + 8 * n);
        ASSERT_EQ(sum(), 0u) << n;
    }
}

TEST_P(InterleavingCoverageTest, words_behind_the_end_do_not_count) {
    perform(0, store, beyond);
    perform(1, load, beyond);
    EXPECT_EQ(sum(), 0u);
    perform(0, store, beyond - 8);
    perform(1, load, beyond - 8);
    EXPECT_EQ(sum(), 1u);
}

TEST_P(InterleavingCoverageTest, nobody_meets_by_the_stack_pointer) {
    perform(0, push);
    perform(1, pop);
    perform(1, push);
    EXPECT_EQ(sum(), 0u);
}

TEST_P(InterleavingCoverageTest, programs_do_not_count) {
    perform(0, store);
    stage.hart(1).mode = Privilege::Machine;
    perform(1, load);
    EXPECT_EQ(sum(), 0u);
}

TEST_P(InterleavingCoverageTest, a_counter_stops_at_its_end) {
    for (unsigned n = 0; n < 10; ++n) {
        perform(0, store);
        perform(1, load);
    }
    EXPECT_EQ(*std::ranges::max_element(counters), 4u);
}

INSTANTIATE_TEST_SUITE_P(Engines, InterleavingCoverageTest,
                         testing::Values(&meetings_engine, &meetings_counting_engine),
                         [](const auto& info) {
                             return info.param == &meetings_engine ? "plain" : "counting";
                         });

}  // namespace
}  // namespace stampede::several_harts
