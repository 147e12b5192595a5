// Decoder, disassembler and encoder against LLVM's disassembler: which words are instructions, and
// how they read.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <regex>
#include <string>
#include <vector>

#include "harts/isa/compressed.h"
#include "harts/isa/csr_names.h"
#include "harts/isa/disassemble.h"
#include "harts/isa/encode.h"
#include "harts/isa/instruction.h"

namespace stampede::isa {
namespace {

struct Word {
    u32 bits;
    unsigned length;
};

// What LLVM says of each word: its text, empty where it refuses.
std::vector<std::string> ask_llvm(const std::vector<Word>& words) {
    const auto folder =
        std::filesystem::temp_directory_path() / fmt::format("isa_decode_test.{}", getpid());
    std::filesystem::create_directories(folder);
    const auto input = folder / "words";
    const auto warnings = folder / "warnings";
    {
        std::ofstream out(input);
        for (const Word& word : words) {
            out << '[';
            for (unsigned byte = 0; byte < word.length; ++byte) {
                out << fmt::format("{:#04x} ", (word.bits >> (8 * byte)) & 0xff);
            }
            out << "]\n";
        }
    }
    const std::string command = fmt::format(
        "llvm-mc-19 --disassemble --triple=riscv64 -M no-aliases "
        "-mattr=+m,+a,+c,+zicsr,+zifencei,+zihintpause <'{}' "
        "2>'{}'",
        input.string(), warnings.string());
    std::vector<std::string> accepted;
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) {
        ADD_FAILURE() << "cannot run llvm-mc-19";
        return {};
    }
    std::array<char, 256> line{};
    while (fgets(line.data(), line.size(), pipe) != nullptr) {
        const std::string text{line.data()};
        const auto first = text.find_first_not_of(" \t\n");
        if (first != std::string::npos && text.compare(first, 5, ".text") != 0) {
            accepted.push_back(
                std::regex_replace(text.substr(first, text.find_last_not_of(" \t\n") + 1 - first),
                                   std::regex("\t"), " "));
        }
    }
    const int status = pclose(pipe);  // 1 when a word was refused
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) <= 1)
        << "llvm-mc-19 (package llvm-19) is needed";
    std::vector<bool> refused(words.size());
    std::ifstream in(warnings);
    const std::regex where("^<stdin>:([0-9]+):.*invalid instruction encoding");
    for (std::string text; std::getline(in, text);) {
        std::smatch match;
        if (std::regex_search(text, match, where)) {
            refused.at(std::stoul(match[1]) - 1) = true;
        }
    }
    std::filesystem::remove_all(folder);
    std::vector<std::string> answers(words.size());
    std::size_t next = 0;
    for (std::size_t n = 0; n < words.size(); ++n) {
        if (!refused[n]) {
            answers[n] = accepted.at(next++);
        }
    }
    EXPECT_EQ(next, accepted.size()) << "every line of LLVM's answer belongs to a word";
    return answers;
}

// Where LLVM's text differs from ours for a reason.
std::string as_we_write_it(std::string llvm, const Word& word, VirtAddr pc) {
    const Decoded decoded = decode(word.bits);
    if (decoded.op == Op::Pause) {  // to LLVM the name is an alias
        return llvm == "fence w, 0" ? "pause" : llvm;
    }
    if (llvm.starts_with("c.lui zero, -")) {  // of this hint alone LLVM writes the immediate signed
        return fmt::format("c.lui zero, {}", (1 << 20) + std::stoi(llvm.substr(12)));
    }
    const Flow flow = line_of(decoded.op).flow;
    // llvm-mc writes the offset, llvm-objdump the target
    if (flow == Flow::Branch || flow == Flow::Jump) {
        const auto last = llvm.find_last_of(' ') + 1;
        const auto offset = static_cast<u64>(std::stoll(llvm.substr(last)));
        return llvm.substr(0, last) + fmt::format("{:#x}", pc.value + offset);
    }
    const Format format = line_of(decoded.op).format;
    const bool csr = format == Format::Csr || format == Format::CsrImmediate;
    // registers of extensions that our harts lack
    if (csr && !csr_name(static_cast<u32>(decoded.operands.imm))) {
        static const std::regex operands("^(\\S+ \\w+, )\\w+(, .*)$");
        return std::regex_replace(llvm, operands, fmt::format("$01{}$02", decoded.operands.imm));
    }
    return llvm;
}

// LLVM refuses fences with bits set that the specification reserves "for finer-grain fences in
// future extensions" and tells implementations to ignore (unprivileged specification, memory
// ordering instructions; the same for fence.i).
bool reserved_fence(const Word& word) {
    const Op op = decode(word.bits).op;
    return (op == Op::Fence && word.bits != (word.bits & 0x0ff0'000f)) ||
           (op == Op::FenceI && word.bits != 0x0000'100f);
}

// What LLVM knows by name although it is no instruction of ours: the defined illegal instruction,
// dret of the debug specification, and c.lui with an immediate of 0, which the specification
// reserves (chapter "C", integer constant generation).
bool no_instruction_of_ours(const std::string& llvm) {
    static const std::regex reserved_lui("^c\\.lui \\w+, 0$");
    return llvm == "c.unimp" || llvm == "dret" || std::regex_match(llvm, reserved_lui);
}

void compare(const std::vector<Word>& words) {
    const VirtAddr pc{0x8000'4000};
    const auto llvm = ask_llvm(words);
    ASSERT_EQ(llvm.size(), words.size());
    unsigned shown = 0;
    std::size_t legal = 0;
    for (std::size_t n = 0; n < words.size() && shown < 20; ++n) {
        const Word& word = words[n];
        const Decoded decoded = decode(word.bits);
        EXPECT_EQ(decoded.length, word.length);
        const std::string ours = disassemble(word.bits, pc);
        EXPECT_EQ(ours == "<unknown>", decoded.op == Op::Illegal);
        legal += decoded.op != Op::Illegal ? 1 : 0;
        const bool refused = llvm[n].empty() || no_instruction_of_ours(llvm[n]);
        if (refused && reserved_fence(word)) {
            continue;
        }
        const std::string expected = refused ? "<unknown>" : as_we_write_it(llvm[n], word, pc);
        if (ours != expected) {
            ADD_FAILURE() << fmt::format("{:#0{}x}: ours \"{}\", LLVM \"{}\"", word.bits,
                                         2 + 2 * word.length, ours, expected);
            ++shown;
        }
    }
    EXPECT_GT(legal, words.size() / 100) << "words that are instructions";
}

TEST(Decode, every_compressed_halfword_is_what_llvm_says) {
    std::vector<Word> words;
    for (u32 halfword = 0; halfword < 0x1'0000; ++halfword) {
        if ((halfword & 3) != 3) {
            words.push_back({halfword, 2});
        }
    }
    compare(words);
}

TEST(Decode, every_line_with_random_operands_is_what_llvm_says) {
    std::mt19937 random(1);
    std::vector<Word> words;
    for (std::size_t line = 0; line < op_count; ++line) {
        for (int n = 0; n < 400; ++n) {
            words.push_back({(static_cast<u32>(random()) & ~lines[line].pattern.mask) |
                                 lines[line].pattern.match,
                             4});
        }
    }
    compare(words);
}

TEST(Decode, every_csr_reads_as_llvm_names_it) {
    std::vector<Word> words;
    for (u32 number = 0; number < 4096; ++number) {
        words.push_back({number << 20 | 5u << 15 | 2u << 12 | 6u << 7 | 0x73, 4});
    }
    compare(words);
}

TEST(Decode, random_words_are_legal_when_llvm_says_so) {
    std::mt19937 random(2);
    std::vector<Word> words;
    for (int n = 0; n < 40'000; ++n) {  // anything
        words.push_back({static_cast<u32>(random()) | 3, 4});
    }
    for (int n = 0; n < 40'000; ++n) {  // one of our major opcodes, the rest anything
        const u32 opcode = lines[random() % op_count].pattern.match & 0x7f;
        words.push_back({(static_cast<u32>(random()) & ~0x7fu) | opcode, 4});
    }
    for (int n = 0; n < 40'000; ++n) {  // one bit away from an instruction
        const Pattern& pattern = lines[random() % op_count].pattern;
        const u32 word = (static_cast<u32>(random()) & ~pattern.mask) | pattern.match;
        words.push_back({(word ^ (1u << (random() % 30 + 2))) | 3, 4});
    }
    compare(words);
}

TEST(Decode, the_all_zero_halfword_is_illegal_and_two_bytes_long) {
    EXPECT_EQ(decode(0).op, Op::Illegal);
    EXPECT_EQ(decode(0).length, 2);
    EXPECT_EQ(decode(0xffff'ffff).op, Op::Illegal);
    EXPECT_EQ(decode(0xffff'ffff).length, 4);
}

TEST(Decode, the_high_half_of_a_word_does_not_matter_to_a_compressed_instruction) {
    EXPECT_EQ(decode(0x0000'4501).op, Op::Addi);
    EXPECT_EQ(decode(0xffff'4501).op, Op::Addi);
    EXPECT_EQ(disassemble(0xffff'4501, {}), "c.li a0, 0");
}

TEST(Decode, destination_x0_is_the_sink) {
    EXPECT_EQ(decode(0x0000'0013).operands.rd, sink_register);  // addi zero, zero, 0
    EXPECT_EQ(decode(0x0000'0001).operands.rd, sink_register);  // c.nop
    EXPECT_EQ(decode(0x0000'4001).operands.rd, sink_register);  // c.li zero, 0
    EXPECT_EQ(decode(0x0000'8082).operands.rd, sink_register);  // c.jr ra
    EXPECT_EQ(decode(0x00b5'0023).operands.rd,
              sink_register);  // sb a1, 0(a0): rd's place holds the immediate
}

// The hints of the compressed instructions (unprivileged specification, table "RVC hint
// instructions").
TEST(Decode, compressed_hints_have_no_effect) {
    const std::map<std::string, u16> hints{{"c.nop 5", 0x0015},        {"c.addi a0, 0", 0x0501},
                                           {"c.li zero, 5", 0x4015},   {"c.lui zero, 5", 0x6015},
                                           {"c.mv zero, a0", 0x802a},  {"c.add zero, a0", 0x902a},
                                           {"c.slli zero, 5", 0x0016}, {"c.slli64 a0", 0x0502},
                                           {"c.srli64 a0", 0x8101},    {"c.srai64 a0", 0x8501}};
    for (const auto& [text, word] : hints) {
        const Decoded decoded = decode(word);
        EXPECT_EQ(disassemble(word, {}), text);
        EXPECT_EQ(line_of(decoded.op).flow, Flow::Next) << text;
        const bool same_register =
            decoded.operands.rd == decoded.operands.rs1 && decoded.operands.imm == 0;
        EXPECT_TRUE(decoded.operands.rd == sink_register || same_register) << text;
    }
}

// Operands whose bits are scattered: the ends of every immediate, worked out from the
// specification's drawings.
TEST(Decode, immediates_reach_their_ends) {
    EXPECT_EQ(decode(0x8000'0063).operands.imm, -4096);  // beq, imm[12]
    EXPECT_EQ(decode(0x7e00'0fe3).operands.imm, 4094);
    EXPECT_EQ(decode(0x8000'006f).operands.imm, -1048576);  // jal, imm[20]
    EXPECT_EQ(decode(0x7fff'f06f).operands.imm, 1048574);
    EXPECT_EQ(decode(0x8000'0037).operands.imm, std::numeric_limits<i32>::min());  // lui
    EXPECT_EQ(decode(0x8000'0023).operands.imm, -2048);                            // sb
    EXPECT_EQ(decode(0x7e00'0fa3).operands.imm, 2047);
    EXPECT_EQ(decode(0x03f0'1013).operands.imm, 63);    // slli
    EXPECT_EQ(decode(0xfff0'1073).operands.imm, 4095);  // csrrw: unsigned
    EXPECT_EQ(decode(0xfff0'000f).operands.imm, 4095);  // fence: fm, pred, succ
    EXPECT_EQ(decode(0x0600'202f).operands.imm, 3);     // amoadd.w.aqrl
    EXPECT_EQ(decode(0xb001).operands.imm, -2048);      // c.j, imm[11]
    EXPECT_EQ(decode(0xd001).operands.imm, -256);       // c.beqz, imm[8]
    EXPECT_EQ(decode(0x7101).operands.imm, -512);       // c.addi16sp
    EXPECT_EQ(decode(0x7501).operands.imm, -131072);    // c.lui, imm[17]
    EXPECT_EQ(decode(0x1fe0).operands.imm, 1020);       // c.addi4spn
}

TEST(Encode, gives_back_every_word_it_was_decoded_from) {
    std::mt19937 random(3);
    for (std::size_t number = 0; number < op_count; ++number) {
        const Pattern& pattern = lines[number].pattern;
        for (int n = 0; n < 200; ++n) {
            const u32 word = (static_cast<u32>(random()) & ~pattern.mask) | pattern.match;
            const Decoded decoded = decode(word);
            if (reserved_fence({word, 4})) {
                continue;
            }
            const auto back = encode(decoded.op, decoded.operands);
            ASSERT_TRUE(back.has_value()) << disassemble(word, {});
            if (decoded.op != Op::Fence) {
                EXPECT_EQ(*back, word) << disassemble(word, {});
            }
        }
    }
    for (u32 halfword = 0; halfword < 0x1'0000; ++halfword) {
        if (const CompressedLine* line = compressed_line(static_cast<u16>(halfword))) {
            const auto back = encode(line->id, decode(halfword).operands);
            ASSERT_TRUE(back.has_value()) << disassemble(halfword, {});
            EXPECT_EQ(*back, halfword) << disassemble(halfword, {});
        }
    }
}

TEST(Encode, refuses_what_does_not_fit) {
    EXPECT_FALSE(encode(Op::Addi, {2048, 1, 1, 0}));
    EXPECT_FALSE(encode(Op::Beq, {3, 0, 1, 2}));
    EXPECT_FALSE(encode(Op::Jal, {1 << 20, 1, 0, 0}));
    EXPECT_FALSE(encode(Op::Add, {0, 33, 1, 2}));
    EXPECT_FALSE(encode(Op::Slliw, {32, 1, 1, 0}));
    EXPECT_FALSE(encode(CompressedOp::CLw, {0, 1, 8, 0}));
    EXPECT_FALSE(encode(CompressedOp::CAddi4spn, {0, 8, 2, 0}));
    EXPECT_TRUE(encode(CompressedOp::CAddi4spn, {4, 8, 2, 0}));
}

}  // namespace
}  // namespace stampede::isa
