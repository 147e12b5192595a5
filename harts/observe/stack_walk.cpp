#include "harts/observe/stack_walk.h"

#include "harts/isa/instruction.h"
#include "harts/memory/walk.h"

namespace stampede {
namespace {

constexpr u8 return_register = 1, stack_pointer = 2, frame_pointer = 8;
constexpr u64 longest_leaf = 512, largest_frame = 4096;  // bytes

std::optional<isa::Decoded> code_at(const Ram& ram, Translation translation, u64 pc) {
    u32 word = 0;
    for (u64 half = 0; half < 4; half += 2) {
        const std::optional<PhysAddr> at = translate(ram, translation, pc + half);
        if (pc % 2 != 0 || !at || !ram.contains(*at, 2)) {
            return std::nullopt;
        }
        u8 bytes[2];
        ram.copy_out(*at, bytes);
        word |= static_cast<u32>(bytes[0] | bytes[1] << 8) << 8 * half;
    }
    return isa::decode(word);
}

// What the call before `ra` leads to, if it says so itself: jal, or auipc and jalr.
std::optional<u64> called_from(const Ram& ram, Translation translation, u64 ra) {
    const auto call = code_at(ram, translation, ra - 4), high = code_at(ram, translation, ra - 8);
    if (!call || call->operands.rd != return_register) {
        return std::nullopt;
    }
    const u64 offset = static_cast<u64>(i64{call->operands.imm});
    if (call->op == isa::Op::Jal) {
        return ra - 4 + offset;
    }
    if (call->op == isa::Op::Jalr && high && high->op == isa::Op::Auipc &&
        high->operands.rd == call->operands.rs1) {
        return ra - 8 + static_cast<u64>(i64{high->operands.imm}) + offset;
    }
    return std::nullopt;
}

// Whether `pc` stands in the function that was called before `ra`, and nothing there sets a frame
// pointer up to it.
bool has_no_frame(const Ram& ram, Translation translation, u64 pc, u64 ra) {
    const std::optional<u64> begin = called_from(ram, translation, ra);
    if (!begin || pc - *begin > longest_leaf) {
        return false;
    }
    for (u64 at = *begin; at < pc;) {
        const auto here = code_at(ram, translation, at);
        if (!here || here->op == isa::Op::Illegal ||
            (here->op == isa::Op::Addi && here->operands.rd == frame_pointer &&
             here->operands.rs1 == stack_pointer)) {
            return false;
        }
        at += here->length;
    }
    return true;
}

}  // namespace

std::optional<PhysAddr> translate(const Ram& ram, Translation translation, u64 address) {
    const auto in_ram = [&](PhysAddr at, u64 bytes) { return ram.contains(at, bytes); };
    if (translation.mode == Privilege::Machine || !translation.satp.paging()) {
        return in_ram({address}, 1) ? std::optional(PhysAddr{address}) : std::nullopt;
    }
    const auto read_pte = [&](PhysAddr at) {
        return in_ram(at, 8) ? std::optional(ram.load_u64(at)) : std::nullopt;
    };
    const auto leave_it = [](PhysAddr, u64, u64) { return true; };
    const auto walked =
        walk(translation.satp, address, Access::Read,
             {.privilege = translation.mode, .sum = true, .mxr = true}, read_pte, leave_it);
    return walked && in_ram(walked->address, 1) ? std::optional(walked->address) : std::nullopt;
}

std::optional<u64> peek(const Ram& ram, Translation translation, u64 address) {
    if (address % 8 != 0) {
        return std::nullopt;
    }
    const std::optional<PhysAddr> at = translate(ram, translation, address);
    return at && ram.contains(*at, 8) ? std::optional(ram.load_u64(*at)) : std::nullopt;
}

std::vector<u64> walk_stack(const Ram& ram, Translation translation, u64 pc, u64 fp,
                            std::size_t limit) {
    std::vector<u64> chain(limit);
    chain.resize(walk_stack(ram, translation, pc, fp, chain));
    return chain;
}

std::vector<u64> walk_stack_of_leaf(const Ram& ram, Translation translation, u64 pc, u64 fp, u64 ra,
                                    std::size_t limit) {
    if (has_no_frame(ram, translation, pc, ra)) {
        std::vector<u64> chain = walk_stack(ram, translation, ra, fp, limit - 1);
        chain.insert(chain.begin(), pc);
        return chain;
    }
    const std::optional<u64> saved = fp % 16 == 0 ? peek(ram, translation, fp - 8) : std::nullopt;
    if (saved && *saved % 16 == 0 && *saved > fp && *saved - fp <= largest_frame) {
        std::vector<u64> chain = walk_stack(ram, translation, ra, *saved, limit - 1);
        chain.insert(chain.begin(), pc);
        return chain;
    }
    return walk_stack(ram, translation, pc, fp, limit);
}

std::size_t walk_stack(const Ram& ram, Translation translation, u64 pc, u64 fp,
                       std::span<u64> chain) {
    std::size_t count = 0;
    chain[count++] = pc;
    while (count < chain.size() && fp % 16 == 0 && fp >= 16) {
        const std::optional<u64> return_address = peek(ram, translation, fp - 8);
        const std::optional<u64> caller = peek(ram, translation, fp - 16);
        if (!return_address || !caller || *return_address == 0) {
            break;
        }
        chain[count++] = *return_address;
        if (*caller <= fp) {
            break;
        }
        fp = *caller;
    }
    return count;
}

}  // namespace stampede
