// One random body: where it starts, with which state, and its instructions.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "harts/isa/compressed.h"
#include "harts/isa/instruction.h"

namespace stampede::programs {

// One instruction of a body; jumps name the item they go to.
struct BodyInstruction {
    enum class Kind : u8 {
        Word,            // `bits`, 4 bytes
        Halfword,        // `bits`, 2 bytes
        Jump,            // `op` with `operands`, to `target`
        CompressedJump,  // `compressed`, to `target`; its 32-bit form when the target is too far
        AddressLow,      // addi that adds to the auipc just before it what is missing to `target`
    };
    Kind kind = Kind::Word;
    u32 bits = 0;
    isa::Op op = isa::Op::Illegal;
    isa::CompressedOp compressed = isa::CompressedOp::Reserved;
    isa::Operands operands{};
    // Item::id; one that is gone stands for the next that is there, or the body's end
    u32 target = 0;
};

// May shrinking take an item away? Without a descent to its mode and addresses, what follows would
// touch devices.
enum class Removal : u8 { Allowed, Forbidden };

// Instructions that only make sense together.
struct Item {
    u32 id = 0;  // ascending within a body
    Removal removal = Removal::Allowed;
    std::vector<BodyInstruction> instructions;
};

// A store of 8 bytes: page-table entries.
struct Poke {
    u64 address = 0;
    u64 value = 0;
};

// A change of a page-table entry, with the fence that makes it known: by address and ASID, as
// `number` modulo 4 says in its bits 0 (the address counts) and 1 (the ASID counts).
struct PokeService {
    Poke poke;
    u64 virtual_address = 0;
    u64 asid = 0;
};

inline constexpr unsigned poke_services = 8;    // service calls 0 to 7: one PokeService each
inline constexpr unsigned status_services = 8;  // service calls 8 to 15: mstatus ^= a mask
inline constexpr unsigned finish_service = 31;

struct Body {
    u64 seed = 0;
    u64 address = 0;                      // physical, of its code: place()
    Privilege mode = Privilege::Machine;  // it starts in
    u64 window = 0;   // virtual distance of the starting mode's code: 0 when untranslated
    u64 mstatus = 0;  // without MPP
    u64 satp = 0;
    u64 medeleg = 0;
    u64 mideleg = 0;
    u64 mie = 0;
    u64 mtvec_mode = 0;  // 0 direct, 1 vectored
    u64 stvec = 0;
    u64 data_seed = 0;
    std::array<u64, 32> registers{};
    std::vector<Poke> pokes;  // page-table entries it starts with, but those of its own code
    u64 code_flags = 0;       // A and G of the latter, in the windows of 4 KiB pages
    std::array<PokeService, poke_services> services{};
    std::array<u64, status_services> status_masks{};
    std::vector<Item> items;
};

// The body's code, its end (a finish call) included. Position-independent.
[[nodiscard]] std::vector<u8> assemble(std::span<const Item> items);

// The trap that asks the runtime for service `number`: an access that no privilege allows, csrrwi
// zero, cycle, number.
[[nodiscard]] u32 service_call(unsigned number);

}  // namespace stampede::programs
