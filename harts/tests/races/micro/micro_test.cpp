// The programs keep what plan.h says of them: tried with every moment at which one hart can be
// interrupted by the others, and with their events counted instruction by instruction.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "harts/core/hart.h"
#include "harts/isa/instruction.h"
#include "harts/memory/ram.h"
#include "harts/tests/races/micro/programs.h"

namespace stampede::races {
namespace {

constexpr u64 to_the_end = 100'000;

class MicroTest : public testing::TestWithParam<MicroProgram> {
protected:
    void SetUp() override {
        auto read = MicroGuest::read();
        ASSERT_TRUE(read.has_value()) << read.error().message;
        guest.emplace(std::move(*read));
    }
    [[nodiscard]] std::unique_ptr<Machine> load() const {
        auto machine = guest->load(shape);
        EXPECT_TRUE(machine.has_value()) << machine.error().message;
        return machine ? std::move(*machine) : nullptr;
    }
    // Harts in this order, each to its end.
    [[nodiscard]] Outcome one_after_another(const std::vector<u32>& order) const {
        const auto machine = load();
        for (const u32 hart : order) {
            machine->run(HartId{hart}, to_the_end);
        }
        EXPECT_EQ(machine->exit_status(), 0u);
        return guest->outcome(*machine);
    }
    // Hart 0 after `first` instructions lets the others go first.
    [[nodiscard]] Outcome interrupted_after(u64 first) const {
        const auto machine = load();
        if (first != 0) {
            machine->run(HartId{0}, first);
        }
        for (u32 hart = 1; hart < shape.harts; ++hart) {
            machine->run(HartId{hart}, to_the_end);
        }
        machine->run(HartId{0}, to_the_end);
        EXPECT_EQ(machine->exit_status(), 0u);
        return guest->outcome(*machine);
    }
    const Shape shape = GetParam().shape;
    std::optional<MicroGuest> guest;
};

TEST_P(MicroTest, no_order_of_whole_harts_shows_a_bug_of_depth_2_and_half_of_them_one_of_depth_1) {
    std::vector<u32> order;
    for (u32 hart = 0; hart < shape.harts; ++hart) {
        order.push_back(hart);
    }
    do {
        const bool set_first =
            std::find(order.begin(), order.end(), 1u) < std::find(order.begin(), order.end(), 0u);
        EXPECT_EQ(one_after_another(order),
                  shape.depth == 1 && set_first ? Outcome::Bug : Outcome::Harmless);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_P(MicroTest, one_interruption_in_the_right_place_shows_the_bug) {
    const auto whole = load();
    whole->run(HartId{0}, to_the_end);
    const u64 instructions = whole->instructions(HartId{0});
    std::vector<u64> showing;
    for (u64 first = 0; first < instructions; ++first) {
        if (interrupted_after(first) == Outcome::Bug) {
            showing.push_back(first);
        }
    }
    ASSERT_FALSE(showing.empty());
    EXPECT_EQ(showing.back() - showing.front() + 1, showing.size())
        << "one stretch of instructions";
    EXPECT_EQ(showing.front() == 0, shape.depth == 1);
}

// What the next instruction of a hart is to a schedule.
struct Next {
    bool always;  // an atomic or a fence
    bool access;  // a load or a store of `cell`
    u64 cell;     // 8 bytes
};

Next next_of(Machine& machine, u32 hart) {
    const HartState& own = machine.hart(HartId{hart}).own;
    u32 word = 0;
    machine.ram().copy_out(PhysAddr{own.pc}, {reinterpret_cast<u8*>(&word), sizeof word});
    const isa::Decoded at = isa::decode(word);
    const isa::Line& line = isa::line_of(at.op);
    const bool atomic = line.format == isa::Format::Amo;
    return {atomic || line.format == isa::Format::Fence, line.flow == isa::Flow::Access && !atomic,
            (own.x[at.operands.rs1] + static_cast<u64>(i64{at.operands.imm})) / 8};
}

TEST_P(MicroTest, has_the_events_that_it_says) {
    const auto machine = load();
    u64 events = 0;
    std::map<u64, std::set<u32>> touched;
    std::map<u64, u64> accesses;
    for (u32 hart = 0; hart < shape.harts; ++hart) {
        do {
            const Next next = next_of(*machine, hart);
            events += next.always ? 1 : 0;
            if (next.access) {
                touched[next.cell].insert(hart);
                ++accesses[next.cell];
            }
        } while (machine->run(HartId{hart}, 1) == StopReason::Budget);
        EXPECT_LT(machine->instructions(HartId{hart}), 400u)
            << "short enough for ten thousand runs";
    }
    for (const auto& [cell, harts] : touched) {
        events += harts.size() > 1 ? accesses[cell] : 0;
    }
    EXPECT_EQ(events, shape.events());
}

INSTANTIATE_TEST_SUITE_P(All, MicroTest,
                         testing::ValuesIn(micro_programs().begin(), micro_programs().end()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace stampede::races
