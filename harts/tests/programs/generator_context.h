// What the parts of the generator share while they write one body.
#pragma once
#include <algorithm>
#include <array>

#include "harts/tests/programs/body.h"
#include "harts/tests/programs/item_writer.h"
#include "harts/tests/programs/page_tables.h"
#include "harts/tests/programs/random.h"

namespace stampede::programs {

// Are loads and stores translated in the mode that the body is in by now?
enum class Addressing : u8 { Bare, Translated };

struct GeneratorContext {
    explicit GeneratorContext(u64 seed) : random(seed) {}

    Random random;
    ItemWriter out;
    Body body;
    Privilege mode = Privilege::Machine;
    Addressing addressing = Addressing::Bare;
    u64 window = 0;      // of the code in that mode, 0 when physical
    u32 region_end = 0;  // no jump goes past this item
    u64 interrupt =
        0;  // the one bit of mip and mie that this body uses: QEMU's priorities are its own
    std::array<u16, 2> asids{};  // by Space

    // Pointers into the data. In Bare nothing may overwrite them: a wild address could be a
    // device's.
    static constexpr std::array<u8, 4> pointers{sp, s0, s1, s2};
    static constexpr u8 loop_counter = s11;  // written by loops only

    [[nodiscard]] static bool is_pointer(u8 x) { return x == sp || x == s0 || x == s1 || x == s2; }
    [[nodiscard]] bool may_write(u8 x) {
        return x != loop_counter &&
               (!is_pointer(x) || (addressing == Addressing::Translated && random.chance(3)));
    }
    [[nodiscard]] u8 source() { return static_cast<u8>(random.below(32)); }
    [[nodiscard]] u8 destination() {
        while (true) {
            if (const auto x = static_cast<u8>(random.below(32)); may_write(x)) {
                return x;
            }
        }
    }
    // A register that is neither x0 nor a pointer nor `other`.
    [[nodiscard]] u8 scratch(u8 other = zero) {
        while (true) {
            const auto x = static_cast<u8>(1 + random.below(31));
            if (x != other && x != loop_counter && !is_pointer(x)) {
                return x;
            }
        }
    }
    [[nodiscard]] u8 pointer() { return random.one_of(std::span<const u8>(pointers)); }
    // What pointers hold: an address that 2 KiB around it is data too.
    [[nodiscard]] u64 pointer_value();
    // Some item further on, at most the region's end (which a loop may have passed already).
    [[nodiscard]] u32 target_ahead() {
        const u32 next = out.next_id();
        return std::max(next, std::min(next + static_cast<u32>(random.below(6)), region_end));
    }
};

// A value that makes corners likely.
[[nodiscard]] u64 interesting_value(Random& random);

// Each writes one item or a few.
void write_computation(GeneratorContext& context);  // registers only
void write_branch(GeneratorContext& context);       // forwards
void write_access(GeneratorContext& context);       // loads and stores
void write_atomic(GeneratorContext& context);       // AMO, LR/SC, fences
void write_bad_access(GeneratorContext& context);   // where there is nothing
void write_csr(GeneratorContext& context);
void write_trap(GeneratorContext& context);          // ecall, ebreak, illegal instructions, wfi
void write_modification(GeneratorContext& context);  // of the body's own code
void write_wild_jump(GeneratorContext& context);     // ends the body
void write_translation_change(GeneratorContext& context);  // satp, page tables, fences, status bits
void write_borrowed_privilege(GeneratorContext& context);  // MPRV
// Goes on in a lower privilege, in that one's code window.
void write_descent(GeneratorContext& context, Privilege to, u64 window);

}  // namespace stampede::programs
