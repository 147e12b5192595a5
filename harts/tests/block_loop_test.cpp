// Loops that run many rounds at once leave what single steps leave: registers, memory, counts.
#include "harts/engine/block_loop.h"

#include <gmock/gmock.h>

#include <random>

#include "harts/tests/several_harts/stage.h"

namespace stampede::several_harts {
namespace {

constexpr u64 buffer = ram_base.value + (u64{1} << 20), buffer_size = 16 * page_size;

struct Instruction {
    Op op;
    i64 first = 0, second = 0, third = 0;  // as Assembler::emit() takes them
};
struct Loop {
    std::vector<Instruction> body;
    Op branch = Op::Bne;
    Register left = a0, right = a1;
};
using Registers = std::map<Register, u64>;

// Where the buffer's pages are found from: bare, each at its own address; mapped, from `window` on,
// the last one first.
enum class Memory : u8 { Bare, Mapped };
constexpr u64 window = 0x4000'0000;

void map_backwards(const Stage& stage) {
    constexpr u64 root = ram_base.value + (u64{2} << 20), middle = root + page_size,
                  leaves = middle + page_size, code = ram_base.value;
    const auto entry = [](u64 address, u64 flags) { return address >> 12 << 10 | flags; };
    constexpr u64 table = 1, read_write = 0xc7, everything = 0xcf;
    stage.store(root + 8 * (code >> 30), entry(code, everything));
    stage.store(root + 8 * (window >> 30), entry(middle, table));
    stage.store(middle, entry(leaves, table));
    constexpr u64 pages = buffer_size / page_size;
    for (u64 n = 0; n < pages; ++n) {
        stage.store(leaves + 8 * n, entry(buffer + (pages - 1 - n) * page_size, read_write));
    }
    stage.supervise(0, u64{8} << 60 | root >> 12);
}

// One machine that runs a loop, and then stands in a loop without effects.
class Runner {
public:
    Runner(const Loop& loop, const Registers& registers, Memory memory = Memory::Bare) {
        const Label head = stage.code.bound_label();
        for (const Instruction& one : loop.body) {
            stage.code.emit(one.op, one.first, one.second, one.third);
        }
        stage.code.branch(loop.branch, loop.left, loop.right, head);
        const Label end = stage.code.bound_label();
        stage.code.jump(zero, end);
        stage.start(1);
        std::mt19937_64 random(1);
        for (u64 at = buffer; at < buffer + buffer_size; at += 8) {
            stage.store(at, random());
        }
        for (const auto& [reg, value] : registers) {
            hart().x[reg] = value;
        }
        if (memory == Memory::Mapped) {
            map_backwards(stage);
        }
    }
    void run(u64 instructions) { EXPECT_EQ(stage.run(0, instructions), StopReason::Budget); }
    void step(u64 instructions) {
        for (u64 n = 0; n < instructions; ++n) {
            run(1);
        }
    }
    // Whether its code has a loop that runs so.
    [[nodiscard]] bool has_block_loop() const {
        return hart().page != nullptr && !hart().page->loops.empty();
    }
    [[nodiscard]] HartState& hart() const { return stage.hart(0); }
    [[nodiscard]] std::vector<u64> memory() const {
        std::vector<u64> words;
        for (u64 at = buffer; at < buffer + buffer_size; at += 8) {
            words.push_back(stage.load(at));
        }
        return words;
    }

private:
    Stage stage;
};

testing::AssertionResult same(const Runner& one, const Runner& other) {
    for (unsigned r = 0; r < 32; ++r) {
        if (one.hart().x[r] != other.hart().x[r]) {
            return testing::AssertionFailure() << "x" << r << ": " << std::hex << one.hart().x[r]
                                               << ", stepped " << other.hart().x[r];
        }
    }
    if (one.hart().pc != other.hart().pc ||
        one.hart().executed_now() != other.hart().executed_now()) {
        return testing::AssertionFailure() << "another pc or count of instructions";
    }
    return one.memory() == other.memory() ? testing::AssertionSuccess()
                                          : testing::AssertionFailure() << "other memory";
}

// In pieces of several sizes, against single steps.
void expect_same(const Loop& loop, const Registers& registers, u64 instructions,
                 Memory memory = Memory::Bare) {
    Runner stepped(loop, registers, memory);
    stepped.step(instructions);
    for (const u64 piece : {instructions, u64{997}, u64{30}}) {
        Runner whole(loop, registers, memory);
        for (u64 left = instructions; left != 0;) {
            const u64 now = std::min(left, piece);
            whole.run(now);
            left -= now;
        }
        EXPECT_TRUE(same(whole, stepped)) << "in pieces of " << piece;
    }
}

const Loop fill_bytes{{{Op::Sb, a2, a0, 0}, {Op::Addi, a0, a0, 1}}};
const Loop copy_bytes{
    {{Op::Addi, a0, a0, 1}, {Op::Addi, a3, a3, 1}, {Op::Lbu, a4, a0, -1}, {Op::Sb, a4, a3, -1}}};
const Loop copy_bytes_down{
    {{Op::Addi, a0, a0, -1}, {Op::Addi, a3, a3, -1}, {Op::Lb, a4, a0, 0}, {Op::Sb, a4, a3, 0}}};
// With a counter, as in libraries that store words.
const Loop copy_words{{{Op::Ld, a4, a3, 0},
                       {Op::Sd, a4, a5, 0},
                       {Op::Addi, a1, a1, -8},
                       {Op::Addi, a5, a5, 8},
                       {Op::Addi, a3, a3, 8}},
                      Op::Bltu};
// With a register that each round computes anew from another one.
const Loop fill_by_two_registers{
    {{Op::Addi, a4, a0, 1}, {Op::Sb, a2, a0, 0}, {Op::Add, a0, a4, zero}}, Op::Bne, a4, a1};

TEST(BlockLoop, fills_and_copies_are_what_single_steps_make_of_them) {
    for (const u64 length : {1, 7, 100, 4096, 10'000}) {
        for (const u64 offset : {0, 5, 4090}) {
            const u64 from = buffer + offset, to = buffer + 8 * page_size + 3 * offset;
            SCOPED_TRACE(testing::Message() << length << " bytes, offset " << offset);
            expect_same(fill_bytes, {{a0, from}, {a1, from + length}, {a2, 0xabcd}},
                        3 * length + 9);
            expect_same(copy_bytes, {{a0, from}, {a1, from + length}, {a3, to}}, 5 * length + 9);
            expect_same(copy_bytes_down, {{a0, from + length}, {a1, from}, {a3, to + length}},
                        5 * length + 9);
            expect_same(fill_by_two_registers, {{a0, from}, {a1, from + length}, {a2, 1}},
                        4 * length + 9);
            expect_same(copy_words,
                        {{a0, 7}, {a1, length}, {a3, from & ~u64{7}}, {a5, to & ~u64{7}}},
                        6 * (length / 8 + 1) + 9);
        }
    }
}

TEST(BlockLoop, these_do_run_so) {
    for (const Loop& loop :
         {fill_bytes, copy_bytes, copy_bytes_down, copy_words, fill_by_two_registers}) {
        Runner runner(loop, {{a0, buffer}, {a1, buffer + 100}, {a3, buffer}, {a5, buffer}});
        runner.run(4);
        EXPECT_TRUE(runner.has_block_loop());
    }
}

TEST(BlockLoop, a_copy_onto_itself_repeats_what_it_has_written) {
    for (const i64 distance : {-1, 0, 1, 3, 100}) {
        SCOPED_TRACE(distance);
        const u64 from = buffer + 200, to = from + static_cast<u64>(distance);
        expect_same(copy_bytes, {{a0, from}, {a1, from + 3000}, {a3, to}}, 5 * 3000 + 9);
        expect_same(copy_bytes_down, {{a0, from + 3000}, {a1, from}, {a3, to + 3000}},
                    5 * 3000 + 9);
    }
}

TEST(BlockLoop, pages_side_by_side_may_lie_far_apart) {
    for (const u64 offset : {0, 1, 4095}) {
        SCOPED_TRACE(offset);
        const u64 length = 3 * page_size, from = window + offset,
                  to = window + 7 * page_size + 2 * offset;
        expect_same(fill_bytes, {{a0, from}, {a1, from + length}, {a2, 5}}, 3 * length + 9,
                    Memory::Mapped);
        expect_same(copy_bytes, {{a0, from}, {a1, from + length}, {a3, to}}, 5 * length + 9,
                    Memory::Mapped);
        expect_same(copy_bytes_down, {{a0, from + length}, {a1, from}, {a3, to + length}},
                    5 * length + 9, Memory::Mapped);
    }
}

TEST(BlockLoop, a_loop_that_never_meets_its_end_runs_on) {
    Loop loop{{{Op::Sh, a2, a0, 0}, {Op::Addi, a0, a0, 2}}};
    expect_same(loop, {{a0, buffer}, {a1, buffer + 101}, {a2, 0x1234}}, 3000);
}

// Each is like a block loop and is none.
TEST(BlockLoop, what_changes_from_round_to_round_is_no_block) {
    const std::vector<Loop> others{
        {{{Op::Sb, a2, a0, 0}, {Op::Addi, a0, a0, 1}, {Op::Addi, a2, a2, 1}}},
        {{{Op::Sb, a2, a0, 0}, {Op::Addi, a0, a0, 2}}},
        {{{Op::Sb, a0, a0, 0}, {Op::Addi, a0, a0, 1}}},
        {{{Op::Sb, a2, a0, 0}, {Op::Sb, a2, a0, 1}, {Op::Addi, a0, a0, 1}}},
        {{{Op::Sb, a4, a3, 0}, {Op::Lbu, a4, a0, 0}, {Op::Addi, a0, a0, 1}, {Op::Addi, a3, a3, 1}}},
        {{{Op::Lbu, a4, a0, 0},
          {Op::Sb, a4, a3, 0},
          {Op::Add, a4, a0, zero},
          {Op::Addi, a0, a0, 1},
          {Op::Addi, a3, a3, 1}}},
        {{{Op::Lbu, a4, a0, 0}, {Op::Sh, a4, a3, 0}, {Op::Addi, a0, a0, 1}, {Op::Addi, a3, a3, 2}}},
        {{{Op::Lbu, a4, a0, 0}, {Op::Sb, a2, a3, 0}, {Op::Addi, a0, a0, 1}, {Op::Addi, a3, a3, 1}}},
        {{{Op::Sb, a2, a0, 0}, {Op::Addi, a0, a0, 1}, {Op::Slli, a6, a6, 1}}},
        {{{Op::Sb, a2, a0, 0}, {Op::Addi, a3, a3, 1}, {Op::Add, a0, a3, zero}}, Op::Bltu, a1, a0},
    };
    for (const Loop& loop : others) {
        SCOPED_TRACE(&loop - others.data());
        const Registers registers{
            {a0, buffer}, {a1, buffer + 500}, {a2, 77}, {a3, buffer + 6 * page_size}, {a6, 3}};
        Runner runner(loop, registers);
        runner.run(20);
        EXPECT_FALSE(runner.has_block_loop());
        expect_same(loop, registers, 2000);
    }
}

// Whatever the analysis makes of them.
TEST(BlockLoop, loops_by_chance_are_what_single_steps_make_of_them) {
    std::mt19937_64 random(7);
    const auto below = [&](u64 n) { return random() % n; };
    constexpr std::array registers{a0, a1, a2, a3, a4};
    const auto any = [&] { return registers[below(registers.size())]; };
    constexpr std::array loads{Op::Lb, Op::Lbu, Op::Lh, Op::Lhu, Op::Lw, Op::Lwu, Op::Ld};
    constexpr std::array stores{Op::Sb, Op::Sh, Op::Sw, Op::Sd};
    constexpr std::array branches{Op::Bne, Op::Blt, Op::Bltu, Op::Bgeu};
    unsigned found = 0;
    for (unsigned n = 0; n < 1500; ++n) {
        const unsigned log_size = static_cast<unsigned>(below(4));
        const i64 stride = (below(4) != 0 ? 1 : -1) * (i64{1} << log_size);
        Loop loop;
        for (const Register reg : {a0, a3}) {  // pointers, mostly
            if (below(8) != 0) {
                loop.body.push_back({Op::Addi, reg, below(8) != 0 ? reg : any(), stride});
            }
        }
        if (below(2) != 0) {
            const Op load = loads[std::min<u64>(2 * log_size + below(2), loads.size() - 1)];
            loop.body.push_back(
                {load, a4, below(4) != 0 ? a0 : any(), stride * i64(below(3)) - stride});
        }
        loop.body.push_back({below(8) != 0 ? stores[log_size] : stores[below(4)],
                             below(3) != 0 ? a4 : any(), below(8) != 0 ? a3 : any(), 0});
        if (below(4) == 0) {
            loop.body.push_back({Op::Addi, any(), any(), stride});
        }
        if (below(3) == 0) {
            std::shuffle(loop.body.begin(), loop.body.end(), random);
        }
        loop.branch = branches[below(branches.size())];
        loop.left = below(4) != 0 ? a0 : any();
        loop.right = below(4) != 0 ? a1 : any();
        const u64 middle = buffer + buffer_size / 2;
        const Registers values{{a0, middle + 8 * below(600)},
                               {a1, middle + 8 * below(1200)},
                               {a2, random()},
                               {a3, middle + (below(8) != 0 ? 8 * below(900) : below(900))},
                               {a4, middle + below(64)}};
        Runner stepped(loop, values), whole(loop, values);
        const u64 instructions = 200 + below(1200);
        stepped.step(instructions);
        whole.run(instructions);
        found += whole.has_block_loop();
        ASSERT_TRUE(same(whole, stepped)) << "loop " << n;
    }
    EXPECT_GT(found, 100u);
}

}  // namespace
}  // namespace stampede::several_harts
