#include "harts/isa/disassemble.h"

#include <fmt/format.h>

#include <array>

#include "harts/isa/compressed.h"
#include "harts/isa/csr_names.h"

namespace stampede::isa {
namespace {

constexpr std::array<std::string_view, 33> register_names{
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6", "zero"};

std::string target(const Operands& operands, VirtAddr pc) {
    return fmt::format("{:#x}", pc.value + static_cast<u64>(i64{operands.imm}));
}

u32 upper_immediate(i32 imm) { return static_cast<u32>(imm) >> 12; }

// A fence's four bits of device input, output, memory reads, writes.
std::string fence_set(u32 bits) {
    std::string set;
    for (unsigned n = 0; n < 4; ++n) {
        if ((bits & (8u >> n)) != 0) {
            set += "iorw"[n];
        }
    }
    return set.empty() ? "0" : set;
}

std::string fence(u32 imm) {
    constexpr u32 total_store_order = 0x833;  // fm = TSO, read-write to read-write
    if (imm == total_store_order) {
        return "fence.tso";
    }
    return fmt::format("fence {}, {}", fence_set((imm >> 4) & 15), fence_set(imm & 15));
}

std::string csr_text(i32 number) {
    return csr_name(static_cast<u32>(number)).value_or(std::to_string(number));
}

bool is_load(Op op) { return op >= Op::Lb && op <= Op::Lwu; }

std::string atomic(const Line& line, const Operands& d) {
    constexpr std::array<std::string_view, 4> suffixes{"", ".rl", ".aq", ".aqrl"};
    const std::string mnemonic =
        fmt::format("{}{}", line.mnemonic, suffixes[static_cast<u32>(d.imm) & 3]);
    if (line.op == Op::LrW || line.op == Op::LrD) {
        return fmt::format("{} {}, ({})", mnemonic, register_name(d.rd), register_name(d.rs1));
    }
    return fmt::format("{} {}, {}, ({})", mnemonic, register_name(d.rd), register_name(d.rs2),
                       register_name(d.rs1));
}

std::string immediate(const Line& line, const Operands& d) {
    if (is_load(line.op) || line.op == Op::Jalr) {
        return fmt::format("{} {}, {}({})", line.mnemonic, register_name(d.rd), d.imm,
                           register_name(d.rs1));
    }
    return fmt::format("{} {}, {}, {}", line.mnemonic, register_name(d.rd), register_name(d.rs1),
                       d.imm);
}

std::string compressed(const CompressedLine& line, const Operands& d, VirtAddr pc) {
    std::string text{line.mnemonic};
    if (!line.syntax.empty()) {
        text += ' ';
    }
    for (const char letter : line.syntax) {
        switch (letter) {
        case 'd': text += register_name(d.rd); break;
        case 's': text += register_name(d.rs1); break;
        case 't': text += register_name(d.rs2); break;
        case 'i': text += std::to_string(d.imm); break;
        case 'u': text += std::to_string(upper_immediate(d.imm)); break;
        case 'p': text += target(d, pc); break;
        default: text += letter;
        }
    }
    return text;
}

}  // namespace

std::string_view register_name(u8 number) { return register_names.at(number); }

std::string disassemble(const Decoded& decoded, VirtAddr pc) {
    const Line& line = line_of(decoded.op);
    const Operands& d = decoded.operands;
    const auto rd = register_name(d.rd);
    const auto rs1 = register_name(d.rs1);
    const auto rs2 = register_name(d.rs2);
    if (decoded.op == Op::Illegal) {
        return "<unknown>";
    }
    switch (line.format) {
    case Format::R:
        return decoded.op == Op::SfenceVma
                   ? fmt::format("{} {}, {}", line.mnemonic, rs1, rs2)
                   : fmt::format("{} {}, {}, {}", line.mnemonic, rd, rs1, rs2);
    case Format::I: return immediate(line, d);
    case Format::S: return fmt::format("{} {}, {}({})", line.mnemonic, rs2, d.imm, rs1);
    case Format::B: return fmt::format("{} {}, {}, {}", line.mnemonic, rs1, rs2, target(d, pc));
    case Format::U: return fmt::format("{} {}, {}", line.mnemonic, rd, upper_immediate(d.imm));
    case Format::J: return fmt::format("{} {}, {}", line.mnemonic, rd, target(d, pc));
    case Format::Shift: return fmt::format("{} {}, {}, {}", line.mnemonic, rd, rs1, d.imm);
    case Format::Csr: return fmt::format("{} {}, {}, {}", line.mnemonic, rd, csr_text(d.imm), rs1);
    case Format::CsrImmediate:
        return fmt::format("{} {}, {}, {}", line.mnemonic, rd, csr_text(d.imm), d.rs1);
    case Format::Amo: return atomic(line, d);
    case Format::Fence: return fence(static_cast<u32>(d.imm));
    case Format::None: return std::string{line.mnemonic};
    }
    return "<unknown>";
}

std::string disassemble(u32 word, VirtAddr pc) {
    const Decoded decoded = decode(word);
    if (decoded.length == 2) {
        if (const CompressedLine* line = compressed_line(static_cast<u16>(word))) {
            return compressed(*line, decoded.operands, pc);
        }
    }
    return disassemble(decoded, pc);
}

}  // namespace stampede::isa
