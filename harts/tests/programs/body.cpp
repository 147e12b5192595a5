#include "harts/tests/programs/body.h"

#include <algorithm>
#include <cassert>

#include "harts/isa/encode.h"

namespace stampede::programs {
namespace {

using Kind = BodyInstruction::Kind;

bool is_compressed(const BodyInstruction& instruction) {
    return instruction.kind == Kind::Halfword || instruction.kind == Kind::CompressedJump;
}

// Where every instruction stands, from the body's start; `items` has the finish call as its last.
struct Placement {
    std::vector<std::size_t> starts;  // of items

    [[nodiscard]] static Placement of(std::span<const Item> items) {
        Placement placement;
        std::size_t at = 0;
        for (const Item& item : items) {
            placement.starts.push_back(at);
            for (const auto& instruction : item.instructions) {
                at += is_compressed(instruction) ? 2 : 4;
            }
        }
        return placement;
    }
};

std::size_t place_of(std::span<const Item> items, const Placement& placement, u32 target) {
    const auto item =
        std::ranges::find_if(items, [&](const Item& candidate) { return candidate.id >= target; });
    return placement.starts[item == items.end() ? items.size() - 1
                                                : static_cast<std::size_t>(item - items.begin())];
}

// The instruction's bits; nothing when a compressed jump does not reach.
std::optional<u32> bits_of(const BodyInstruction& instruction, std::size_t at, std::size_t target) {
    isa::Operands operands = instruction.operands;
    const auto distance = static_cast<i32>(static_cast<i64>(target) - static_cast<i64>(at));
    switch (instruction.kind) {
    case Kind::Word:
    case Kind::Halfword: return instruction.bits;
    case Kind::Jump: operands.imm = distance; return isa::encode(instruction.op, operands);
    case Kind::CompressedJump:
        operands.imm = distance;
        return isa::encode(instruction.compressed, operands);
    case Kind::AddressLow: operands.imm = distance + 4; return isa::encode(isa::Op::Addi, operands);
    }
    return std::nullopt;
}

// One attempt; widens the first jump that does not reach and gives nothing.
std::optional<std::vector<u8>> try_assemble(std::vector<Item>& items) {
    const Placement placement = Placement::of(items);
    std::vector<u8> bytes;
    for (Item& item : items) {
        for (BodyInstruction& instruction : item.instructions) {
            const auto bits =
                bits_of(instruction, bytes.size(), place_of(items, placement, instruction.target));
            if (!bits) {
                assert(instruction.kind == Kind::CompressedJump && "bodies are short");
                instruction.kind = Kind::Jump;
                instruction.op =
                    isa::compressed_lines.at(static_cast<std::size_t>(instruction.compressed)).op;
                return std::nullopt;
            }
            for (unsigned n = 0; n < (is_compressed(instruction) ? 2u : 4u); ++n) {
                bytes.push_back(static_cast<u8>(*bits >> (8 * n)));
            }
        }
    }
    return bytes;
}

}  // namespace

std::vector<u8> assemble(std::span<const Item> items) {
    std::vector<Item> with_end(items.begin(), items.end());
    with_end.push_back({~u32{0},
                        Removal::Forbidden,
                        {{.kind = Kind::Word, .bits = service_call(finish_service)}}});
    while (true) {
        if (auto bytes = try_assemble(with_end)) {
            return *bytes;
        }
    }
}

u32 service_call(unsigned number) {
    constexpr i32 cycle = 0xc00;  // read-only
    return isa::encode(isa::Op::Csrrwi, {cycle, 0, static_cast<u8>(number), 0}).value();
}

}  // namespace stampede::programs
