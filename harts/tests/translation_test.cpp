// Sv39 as instructions see it: who may access what, A and D, superpages, faults with cause and
// tval, fences. Expected values are the privileged specification's, chapter "Sv39"; A and D are set
// by the hart.
#include "harts/tests/guest.h"

namespace stampede {
namespace {

using isa::Op;
using namespace programs;

INSTRUCTION_TESTS(Translation);

constexpr u64 v = 1, r = 2, w = 4, x = 8, u = 16, g = 32, a = 64, d = 128;
constexpr u64 sound = v | a | d;
constexpr u64 root = Guest::tables;
constexpr u64 middle = Guest::tables + page_size;      // of addresses below 1 GiB
constexpr u64 leaves = Guest::tables + 2 * page_size;  // of addresses below 2 MiB
constexpr u64 sv39 = u64{8} << 60 | root / page_size;

constexpr u64 entry(u64 physical, u64 flags) { return physical / page_size << 10 | flags; }
constexpr u64 with_asid(u64 asid) { return sv39 | asid << 44; }

// Tables in which code runs where it stands (for S, or for U when `code_flags` has u) and page 0 is
// `leaf`.
void map(Guest& guest, u64 leaf, u64 code_flags = 0) {
    guest.store(root + 8 * 2, entry(ram_base.value, sound | r | w | x | code_flags));
    guest.store(root, entry(middle, v));
    guest.store(middle, entry(leaves, v));
    guest.store(leaves, leaf);
    guest.csr_write(csr::satp, sv39);
}

struct Permission {
    Privilege mode;
    u64 status;
    u64 flags;  // of the leaf
    Op op;      // lw, sw, amoadd.w or jalr
    u64 cause;  // 0: allowed
};

TEST_P(Translation, permissions) {
    using enum Privilege;
    constexpr u64 rw = sound | r | w;
    const Permission cases[] = {
        {User, 0, rw | u, Op::Lw, 0},
        {User, 0, rw | u, Op::Sw, 0},
        {User, 0, rw, Op::Lw, 13},
        {User, 0, rw, Op::Sw, 15},
        {User, csr::status_sum, rw, Op::Lw, 13},
        {User, 0, sound | r | u, Op::Sw, 15},
        {User, 0, sound | r | u, Op::AmoaddW, 15},
        {User, 0, sound | x | u, Op::Lw, 13},
        {User, csr::status_mxr, sound | x | u, Op::Lw, 0},
        {User, csr::status_mxr, sound | x | u, Op::Sw, 15},
        {User, 0, rw | u, Op::Jalr, 12},
        {User, 0, sound | x, Op::Jalr, 12},
        {Supervisor, 0, rw, Op::Lw, 0},
        {Supervisor, 0, rw, Op::AmoaddW, 0},
        {Supervisor, 0, rw | u, Op::Lw, 13},
        {Supervisor, 0, rw | u, Op::Sw, 15},
        {Supervisor, csr::status_sum, rw | u, Op::Lw, 0},
        {Supervisor, csr::status_sum, rw | u, Op::Sw, 0},
        {Supervisor, csr::status_sum, sound | r | x | u, Op::Jalr, 12},  // SUM is not for fetches
        {Supervisor, 0, sound | x, Op::Lw, 13},
        {Supervisor, csr::status_mxr, sound | x, Op::Lw, 0},
        {Supervisor, csr::status_mxr, sound | x | u, Op::Lw, 13},
        {Supervisor, 0, sound | w, Op::Lw, 13},      // reserved: W without R
        {Supervisor, 0, sound | w | x, Op::Sw, 15},  // reserved
        {Supervisor, 0, rw & ~v, Op::Lw, 13},
        {Supervisor, 0, sound, Op::Lw, 13},              // a pointer below the last level
        {Supervisor, 0, rw | u64{1} << 54, Op::Lw, 13},  // a reserved bit
        {Supervisor, 0, rw | u64{1} << 63, Op::Sw, 15},  // N without Svnapot
    };
    for (const Permission& one : cases) {
        Guest guest;
        map(guest, entry(Guest::data, one.flags), one.mode == User ? u : 0);
        guest.csr_clear(csr::mstatus, csr::status_sum | csr::status_mxr);
        guest.csr_set(csr::mstatus, one.status);
        guest.enter(one.mode);
        guest.li(s0, 0x120);
        const u64 pc = guest.a.here();
        one.op == Op::AmoaddW ? guest.emit(one.op, a0, zero, s0) : guest.emit(one.op, a0, s0, 0);
        guest.emit(Op::Ecall);
        guest.run(GetParam());
        const u64 ecall = one.mode == User ? 8 : 9;
        SCOPED_TRACE(testing::Message()
                     << isa::line_of(one.op).mnemonic << " of flags " << std::hex << one.flags
                     << " in mode " << static_cast<int>(one.mode) << " with status " << one.status);
        if (one.cause == 0) {
            guest.expect_machine_trap(ecall, pc + 4, 0);
        } else {
            guest.expect_machine_trap(one.cause, one.op == Op::Jalr ? 0x120 : pc, 0x120);
        }
    }
}

TEST_P(Translation, accessed_and_dirty_are_set_by_what_needs_them) {
    for (const auto& [op, before, after] : {std::tuple{Op::Lw, u64{0}, a},
                                            {Op::Sw, u64{0}, a | d},
                                            {Op::Sw, a, a | d},
                                            {Op::AmoaddW, u64{0}, a | d},
                                            {Op::Lw, a, a}}) {
        Guest guest;
        map(guest, entry(Guest::data, v | r | w | before));
        guest.enter(Privilege::Supervisor);
        guest.li(s0, 0x100);
        op == Op::AmoaddW ? guest.emit(op, a0, zero, s0) : guest.emit(op, a0, s0, 0);
        guest.run(GetParam());
        EXPECT_EQ(guest.memory(leaves), entry(Guest::data, v | r | w | after))
            << isa::line_of(op).mnemonic;
    }
}

TEST_P(Translation, a_store_after_a_load_still_sets_dirty) {
    Guest guest;
    map(guest, entry(Guest::data, v | r | w));
    guest.enter(Privilege::Supervisor);
    guest.li(s0, 0x100);
    guest.emit(Op::Lw, a0, s0, 0);
    guest.emit(Op::Lw, a0, s0, 0);
    guest.emit(Op::Sw, a0, s0, 0);
    guest.run(GetParam());
    EXPECT_EQ(guest.memory(leaves), entry(Guest::data, v | r | w | a | d));
}

TEST_P(Translation, a_refused_access_sets_neither) {
    Guest guest;
    map(guest, entry(Guest::data, v | r));
    guest.enter(Privilege::Supervisor);
    guest.li(s0, 0x100);
    guest.emit(Op::Sw, a0, s0, 0);
    guest.run(GetParam());
    EXPECT_EQ(guest.csrs().mcause, 15u);
    EXPECT_EQ(guest.memory(leaves), entry(Guest::data, v | r));
}

TEST_P(Translation, superpages_take_the_low_address_bits_and_must_be_aligned) {
    for (const bool aligned : {true, false}) {
        Guest guest;
        map(guest, 0);
        const u64 misalignment = aligned ? 0 : page_size;
        guest.store(Guest::data + 0x238, 1234);
        guest.store(middle + 8, entry(ram_base.value + misalignment, sound | r));  // 2 MiB to 4 MiB
        guest.store(root + 8, entry(ram_base.value + misalignment, sound | r));    // 1 GiB to 2 GiB
        guest.enter(Privilege::Supervisor);
        guest.li(s0, 0x20'0000 + (Guest::data - ram_base.value) + 0x238);
        guest.li(s1, 0x4000'0000 + (Guest::data - ram_base.value) + 0x238);
        const u64 pc = guest.a.here();
        guest.emit(Op::Ld, a0, s0, 0);
        guest.emit(Op::Ld, a1, s1, 0);
        guest.run(GetParam());
        if (aligned) {
            EXPECT_EQ(guest.x(a0), 1234u);
            EXPECT_EQ(guest.x(a1), 1234u);
        } else {
            guest.expect_machine_trap(13, pc, 0x20'0000 + (Guest::data - ram_base.value) + 0x238);
        }
    }
}

TEST_P(Translation, addresses_that_are_not_canonical_fault) {
    for (const u64 address :
         {u64{1} << 38, u64{1} << 39, u64{1} << 63, ~u64{0} >> 1, 0xffff'ffbf'ffff'fff8}) {
        Guest guest;
        map(guest, entry(Guest::data, sound | r | w));
        guest.enter(Privilege::Supervisor);
        guest.li(s0, address);
        const u64 pc = guest.a.here();
        guest.emit(Op::Lb, a0, s0, 0);
        guest.run(GetParam());
        guest.expect_machine_trap(13, pc, address);
    }
}

TEST_P(Translation, a_misaligned_access_across_pages_faults_at_the_second_and_stores_nothing) {
    for (const Op op : {Op::Sd, Op::Ld}) {
        Guest guest;
        map(guest, entry(Guest::data, sound | r | w));
        guest.enter(Privilege::Supervisor);
        guest.li(s0, page_size - 3);
        guest.li(a0, ~u64{0});
        const u64 pc = guest.a.here();
        guest.emit(op, a0, s0, 0);
        guest.run(GetParam());
        guest.expect_machine_trap(op == Op::Sd ? 15 : 13, pc, page_size);
        EXPECT_EQ(guest.memory(Guest::data + page_size - 8), 0u);
        EXPECT_EQ(guest.x(a0), ~u64{0});
    }
}

TEST_P(Translation, a_page_without_memory_is_an_access_fault_at_the_virtual_address) {
    for (const auto& [op, cause] :
         {std::pair{Op::Lw, u64{5}}, {Op::Sw, u64{7}}, {Op::Jalr, u64{1}}}) {
        Guest guest;
        map(guest, entry(0x9000'0000, sound | r | w | x));
        guest.enter(Privilege::Supervisor);
        guest.li(s0, 0x128);
        const u64 pc = guest.a.here();
        guest.emit(op, a0, s0, 0);
        guest.run(GetParam());
        guest.expect_machine_trap(cause, op == Op::Jalr ? 0x128 : pc, 0x128);
    }
}

TEST_P(Translation, a_page_fault_can_be_delegated) {
    Guest guest;
    map(guest, 0);
    guest.csr_write(csr::medeleg, u64{1} << 13);
    guest.enter(Privilege::Supervisor);
    guest.li(s0, 0x128);
    const u64 pc = guest.a.here();
    guest.emit(Op::Lw, a0, s0, 0);
    guest.run(GetParam());
    guest.expect_supervisor_trap(13, pc, 0x128);
}

TEST_P(Translation, mprv_lends_machine_mode_the_translation_of_mpp) {
    Guest guest;
    map(guest, entry(Guest::data, sound | r | w | u));
    guest.store(Guest::data + 0x100, 77);
    guest.csr_clear(csr::mstatus, csr::status_mpp);  // U
    guest.csr_set(csr::mstatus, csr::status_mprv);
    guest.li(s0, 0x100);
    guest.emit(Op::Ld, a0, s0, 0);
    guest.csr_clear(csr::mstatus, csr::status_mprv);
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), 77u);
    EXPECT_EQ(guest.csrs().mcause, 0u);
}

// From here on page 0 is first `Guest::data`, then the page behind it; both hold a word that tells.
void two_pages(Guest& guest, u64 flags) {
    guest.store(Guest::data, 1);
    guest.store(Guest::data + page_size, 2);
    map(guest, entry(Guest::data, flags));
    // The tables, where S can write them: page 1
    guest.store(leaves + 8, entry(leaves, sound | r | w));
}
void remap(Guest& guest, u64 flags) {
    guest.li(t0, page_size);
    guest.li(t1, entry(Guest::data + page_size, flags));
    guest.emit(Op::Sd, t1, t0, 0);
}

TEST_P(Translation, sfence_vma_of_every_kind_makes_a_change_known) {
    for (int kind = 0; kind < 4; ++kind) {
        Guest guest;
        constexpr u64 flags = sound | r;
        two_pages(guest, flags);
        guest.csr_write(csr::satp, with_asid(5));
        guest.enter(Privilege::Supervisor);
        guest.li(a2, 8);  // an address in page 0 that is not its first
        guest.li(a3, 5);
        guest.emit(Op::Ld, a0, zero, 0);
        remap(guest, flags);
        guest.emit(Op::SfenceVma, (kind & 1) != 0 ? a2 : zero, (kind & 2) != 0 ? a3 : zero);
        guest.emit(Op::Ld, a1, zero, 0);
        guest.run(GetParam());
        EXPECT_EQ(guest.x(a0), 1u) << kind;
        EXPECT_EQ(guest.x(a1), 2u) << kind;
    }
}

TEST_P(Translation, address_spaces_with_different_asids_need_no_fence) {
    Guest guest;
    two_pages(guest, sound | r);
    constexpr u64 second = Guest::tables + 4 * page_size;  // another space's three tables
    guest.store(second + 8 * 2, entry(ram_base.value, sound | r | w | x));
    guest.store(second, entry(second + page_size, v));
    guest.store(second + page_size, entry(second + 2 * page_size, v));
    guest.store(second + 2 * page_size, entry(Guest::data + page_size, sound | r));
    guest.csr_write(csr::satp, with_asid(1));
    guest.enter(Privilege::Supervisor);
    guest.emit(Op::Ld, a0, zero, 0);
    guest.csr_write(csr::satp, u64{8} << 60 | u64{2} << 44 | second / page_size);
    guest.emit(Op::Ld, a1, zero, 0);
    guest.csr_write(csr::satp, with_asid(1));
    guest.emit(Op::Ld, a2, zero, 0);
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), 1u);
    EXPECT_EQ(guest.x(a1), 2u);
    EXPECT_EQ(guest.x(a2), 1u);
}

// What the architecture allows a TLB to keep is kept, whatever the budget: otherwise no missing
// fence would ever show.
TEST_P(Translation, a_change_without_a_fence_or_with_one_for_something_else_stays_unknown) {
    struct Fence {
        bool fence;
        u64 address;  // 0: all
        u64 asid;     // 0: all
        u64 flags;
    };
    for (const Fence& one : {Fence{false, 0, 0, 0}, Fence{true, 0x3000, 0, 0}, Fence{true, 0, 6, 0},
                             Fence{true, 0, 5, g}}) {
        Guest guest;
        const u64 flags = sound | r | one.flags;
        two_pages(guest, flags);
        guest.csr_write(csr::satp, with_asid(5));
        guest.enter(Privilege::Supervisor);
        guest.li(a2, one.address);
        guest.li(a3, one.asid);
        guest.emit(Op::Ld, a0, zero, 0);
        remap(guest, flags);
        if (one.fence) {
            guest.emit(Op::SfenceVma, one.address != 0 ? a2 : zero, one.asid != 0 ? a3 : zero);
        }
        guest.emit(Op::Ld, a1, zero, 0);
        guest.run(GetParam());
        EXPECT_EQ(guest.x(a0), 1u);
        EXPECT_EQ(guest.x(a1), 1u) << "fence for address " << one.address << ", ASID " << one.asid
                                   << ", flags " << one.flags;
    }
}

TEST_P(Translation, an_instruction_that_straddles_faults_at_its_second_half) {
    Guest guest;
    map(guest, entry(Guest::data, sound | x));
    // the first half of addi zero, zero, 0
    guest.store(Guest::data + page_size - 8, u64{0x0013} << 48);
    guest.enter(Privilege::Supervisor);
    guest.li(s0, page_size - 2);
    guest.emit(Op::Jalr, ra, s0, 0);
    guest.run(GetParam());
    guest.expect_machine_trap(12, page_size - 2, page_size);
}

}  // namespace
}  // namespace stampede
