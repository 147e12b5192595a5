// Traps: causes, tval, delegation, vectors, returns, interrupts. Expected values are the privileged
// specification's, chapters 3 and 4 (machine and supervisor CSRs).
#include "harts/access/csr.h"
#include "harts/isa/csr_names.h"
#include "harts/tests/guest.h"

namespace stampede {
namespace {

using isa::Op;
using namespace programs;

INSTRUCTION_TESTS(Traps);

constexpr u64 mpp_of(Privilege mode) { return static_cast<u64>(mode) << csr::status_mpp_shift; }

TEST_P(Traps, ecall_tells_the_privilege_it_came_from) {
    for (const auto& [mode, cause] : {std::pair{Privilege::User, u64{8}},
                                      {Privilege::Supervisor, u64{9}},
                                      {Privilege::Machine, u64{11}}}) {
        Guest guest;
        guest.enter(mode);
        const u64 pc = guest.a.here();
        guest.emit(Op::Ecall);
        guest.run(GetParam());
        guest.expect_machine_trap(cause, pc, 0);
        EXPECT_EQ(guest.csrs().mstatus & csr::status_mpp, mpp_of(mode));
    }
}

TEST_P(Traps, ebreak_is_a_breakpoint) {
    Guest guest;
    const u64 pc = guest.a.here();
    guest.emit(Op::Ebreak);
    guest.run(GetParam());
    EXPECT_EQ(guest.csrs().mcause, 3u);
    EXPECT_EQ(guest.csrs().mepc, pc);
}

TEST_P(Traps, illegal_instructions_report_their_word) {
    for (const u32 word : {0xffff'ffffu, 0x0000'707fu, 0x0000'2007u, 0x0200'0053u, 0xc000'1073u}) {
        Guest guest;
        const u64 pc = guest.a.here();
        guest.a.raw_word(word);
        guest.run(GetParam());
        guest.expect_machine_trap(2, pc, word);
    }
}

struct CsrAccess {
    u32 number;
    Privilege least;  // that may read it
    bool writable;
};

// The privilege is in bits 9:8 of the number, bits 11:10 = 11 are read-only.
TEST_P(Traps, csrs_are_refused_below_their_privilege_and_when_read_only) {
    const CsrAccess cases[] = {
        {csr::sscratch, Privilege::Supervisor, true}, {csr::sstatus, Privilege::Supervisor, true},
        {csr::satp, Privilege::Supervisor, true},     {csr::mscratch, Privilege::Machine, true},
        {csr::mstatus, Privilege::Machine, true},     {csr::mhartid, Privilege::Machine, false},
        {csr::misa, Privilege::Machine, true},        {csr::medeleg, Privilege::Machine, true},
    };
    for (const CsrAccess& one : cases) {
        for (const Privilege mode : {Privilege::User, Privilege::Supervisor, Privilege::Machine}) {
            for (const Op op : {Op::Csrrs, Op::Csrrwi}) {
                Guest guest;
                guest.enter(mode);
                const u64 pc = guest.a.here();
                // csrrs with x0 only reads, csrrwi always writes
                guest.emit(op, a0, one.number, 0);
                const u32 word = isa::line_of(op).pattern.match | one.number << 20 | 10u << 7;
                guest.run(GetParam());
                const bool legal = mode >= one.least && (op == Op::Csrrs || one.writable);
                if (!legal) {
                    guest.expect_machine_trap(2, pc, word);
                } else {
                    EXPECT_EQ(guest.csrs().mcause, mode == Privilege::User ? 2u : 0u)
                        << one.number;  // U's final wfi is illegal
                }
            }
        }
    }
}

// The disassembler's names and the registers that there are.
TEST_P(Traps, every_csr_that_exists_has_a_name_and_no_other) {
    Guest guest;
    guest.run(GetParam());
    for (u32 number = 0; number < 4096; ++number) {
        EXPECT_EQ(read_csr(guest.hart(), number).has_value(), isa::csr_name(number).has_value())
            << std::hex << number;
    }
}

TEST_P(Traps, csr_instructions_read_modify_and_write) {
    Guest guest;
    guest.csr_write(csr::mscratch, u64{0xf0});
    guest.li(a5, 0x3c);
    guest.emit(Op::Csrrs, a0, csr::mscratch, a5);   // f0 → fc
    guest.emit(Op::Csrrc, a1, csr::mscratch, a5);   // fc → c0
    guest.emit(Op::Csrrw, a2, csr::mscratch, a5);   // c0 → 3c
    guest.emit(Op::Csrrsi, a3, csr::mscratch, 3);   // 3c → 3f
    guest.emit(Op::Csrrci, a4, csr::mscratch, 17);  // 3f → 2e
    guest.emit(Op::Csrrwi, a6, csr::mscratch, 31);  // 2e → 1f
    guest.emit(Op::Csrrw, a5, csr::mscratch, a5);   // rd = rs1: 1f → 3c
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), 0xf0u);
    EXPECT_EQ(guest.x(a1), 0xfcu);
    EXPECT_EQ(guest.x(a2), 0xc0u);
    EXPECT_EQ(guest.x(a3), 0x3cu);
    EXPECT_EQ(guest.x(a4), 0x3fu);
    EXPECT_EQ(guest.x(a6), 0x2eu);
    EXPECT_EQ(guest.x(a5), 0x1fu);
    EXPECT_EQ(guest.csrs().mscratch, 0x3cu);
}

TEST_P(Traps, a_delegated_exception_goes_to_the_supervisor) {
    for (const Privilege mode : {Privilege::User, Privilege::Supervisor}) {
        Guest guest;
        guest.csr_write(csr::medeleg, u64{1} << 3 | u64{1} << 8);
        guest.csr_set(csr::mstatus, csr::status_sie);
        guest.enter(mode);
        const u64 pc = guest.a.here();
        guest.emit(Op::Ebreak);
        guest.run(GetParam());
        EXPECT_EQ(guest.state().mode, Privilege::Supervisor);
        EXPECT_EQ(guest.csrs().scause, 3u);
        EXPECT_EQ(guest.csrs().sepc, pc);
        EXPECT_EQ(guest.csrs().mstatus & csr::status_spp,
                  mode == Privilege::User ? 0 : csr::status_spp);
        EXPECT_EQ(guest.csrs().mstatus & (csr::status_sie | csr::status_spie), csr::status_spie);
    }
}

TEST_P(Traps, a_delegated_exception_from_machine_mode_stays_there) {
    Guest guest;
    guest.csr_write(csr::medeleg, u64{1} << 3);
    guest.emit(Op::Ebreak);
    guest.run(GetParam());
    EXPECT_EQ(guest.state().mode, Privilege::Machine);
    EXPECT_EQ(guest.csrs().mcause, 3u);
}

TEST_P(Traps, mret_restores_mie_and_goes_to_mpp_which_becomes_user) {
    Guest guest;
    guest.csr_clear(csr::mstatus, csr::status_mie);
    guest.csr_set(csr::mstatus, csr::status_mpie | csr::status_mprv);
    guest.enter(Privilege::Supervisor);
    guest.run(GetParam());
    EXPECT_EQ(guest.state().mode, Privilege::Supervisor);
    EXPECT_EQ(guest.csrs().mstatus &
                  (csr::status_mie | csr::status_mpie | csr::status_mpp | csr::status_mprv),
              csr::status_mie | csr::status_mpie);
}

TEST_P(Traps, sret_restores_sie_and_goes_to_spp_which_becomes_user) {
    Guest guest;
    guest.enter(Privilege::Supervisor);
    guest.csr_clear(csr::sstatus, csr::status_sie);
    guest.csr_set(csr::sstatus, csr::status_spie | csr::status_spp);
    const Label next = guest.a.label();
    guest.a.load_address(t0, next);
    guest.csr_write(csr::sepc, t0);
    guest.emit(Op::Sret);
    guest.li(a0, 1);
    guest.a.bind(next);
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), 0u);
    EXPECT_EQ(guest.state().mode, Privilege::Supervisor);
    EXPECT_EQ(guest.csrs().mstatus & (csr::status_sie | csr::status_spie | csr::status_spp),
              csr::status_sie | csr::status_spie);
}

struct Forbidden {
    Op op;
    Privilege mode;
    u64 status;  // set in mstatus before
    bool traps;
};

TEST_P(Traps, tsr_tvm_tw_and_user_mode_forbid) {
    using enum Privilege;
    const Forbidden cases[] = {
        {Op::Mret, Supervisor, 0, true},
        {Op::Mret, User, 0, true},
        {Op::Sret, User, 0, true},
        {Op::Sret, Supervisor, csr::status_tsr, true},
        {Op::SfenceVma, User, 0, true},
        {Op::SfenceVma, Supervisor, csr::status_tvm, true},
        {Op::SfenceVma, Supervisor, 0, false},
        {Op::Wfi, User, 0, true},
        {Op::Wfi, Supervisor, csr::status_tw, true},
        {Op::SfenceVma, Machine, csr::status_tvm, false},
    };
    for (const Forbidden& one : cases) {
        Guest guest;
        guest.csr_set(csr::mstatus, one.status);
        guest.enter(one.mode);
        const u64 pc = guest.a.here();
        guest.emit(one.op);
        guest.run(GetParam());
        if (one.traps) {
            guest.expect_machine_trap(2, pc, isa::line_of(one.op).pattern.match);
        } else {
            EXPECT_EQ(guest.csrs().mcause, 0u) << isa::line_of(one.op).mnemonic;
        }
    }
}

TEST_P(Traps, tvm_forbids_satp_in_supervisor_mode) {
    Guest guest;
    guest.csr_set(csr::mstatus, csr::status_tvm);
    guest.enter(Privilege::Supervisor);
    const u64 pc = guest.a.here();
    guest.emit(Op::Csrrs, a0, csr::satp, zero);
    guest.run(GetParam());
    guest.expect_machine_trap(2, pc, 0x1800'2573);
}

TEST_P(Traps, wfi_with_an_interrupt_pending_and_enabled_goes_on) {
    Guest guest;
    guest.csr_clear(csr::mstatus, csr::status_mie);
    guest.csr_write(csr::mie, csr::ssi);
    guest.csr_write(csr::mip, csr::ssi);
    guest.emit(Op::Wfi);
    guest.li(a0, 1);
    guest.csr_write(csr::mie, u64{0});
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), 1u);
    EXPECT_EQ(guest.csrs().mcause, 0u);
}

TEST_P(Traps, interrupts_are_taken_by_priority) {
    // mideleg 0: all go to M. Of those that software can make pending in mip, SEI before SSI before
    // STI; MSI (CLINT) before all.
    for (const auto& [pending, machine_software, cause] :
         {std::tuple{csr::ssi | csr::sti | csr::sei, u64{0}, u64{9}},
          {csr::ssi | csr::sti, u64{0}, u64{1}},
          {csr::sti, u64{0}, u64{5}},
          {csr::ssi | csr::sti | csr::sei, u64{1}, u64{3}}}) {
        Guest guest;
        guest.csr_clear(csr::mstatus, csr::status_mie);
        guest.csr_write(csr::mie, csr::ssi | csr::sti | csr::sei | csr::msi);
        guest.csr_write(csr::mip, pending);
        guest.li(t0, 0x200'0000);  // msip
        guest.li(t1, machine_software);
        guest.emit(Op::Sw, t1, t0, 0);
        const Label before = guest.a.label();
        guest.a.bind(before);
        guest.emit(Op::Csrrsi, zero, csr::mstatus, csr::status_mie);
        const u64 pc = guest.a.here();
        guest.li(a0, 1);
        guest.csr_write(csr::mie, u64{0});
        guest.run(GetParam());
        EXPECT_EQ(guest.csrs().mcause, csr::interrupt_bit | cause);
        EXPECT_EQ(guest.csrs().mepc, pc);
        EXPECT_EQ(guest.csrs().mtval, 0u);
        EXPECT_EQ(guest.x(a0), 0u) << "before the next instruction";
    }
}

TEST_P(Traps, a_delegated_interrupt_waits_for_the_supervisor) {
    Guest guest;
    guest.csr_write(csr::mideleg, csr::ssi);
    guest.csr_write(csr::mie, csr::ssi);
    guest.csr_write(csr::mip, csr::ssi);
    guest.csr_set(csr::mstatus, csr::status_mie);  // not for those that are delegated
    guest.li(a0, 1);
    guest.enter(Privilege::Supervisor);
    guest.li(a1, 1);  // SIE is 0
    guest.emit(Op::Csrrsi, zero, csr::sstatus, csr::status_sie);
    const u64 pc = guest.a.here();
    guest.li(a2, 1);
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), 1u);
    EXPECT_EQ(guest.x(a1), 1u);
    EXPECT_EQ(guest.x(a2), 0u);
    guest.expect_supervisor_trap(csr::interrupt_bit | 1, pc, 0);
}

TEST_P(Traps, in_user_mode_a_delegated_interrupt_is_taken_whatever_sie_says) {
    Guest guest;
    guest.csr_write(csr::mideleg, csr::ssi);
    guest.csr_write(csr::mie, csr::ssi);
    guest.csr_write(csr::mip, csr::ssi);
    guest.csr_clear(csr::mstatus, csr::status_sie);
    guest.enter(Privilege::User);
    const u64 pc = guest.a.here();
    guest.li(a0, 1);
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), 0u);
    guest.expect_supervisor_trap(csr::interrupt_bit | 1, pc, 0);
}

// Vectored: interrupts at base + 4 * cause, exceptions at base.
TEST_P(Traps, vectored_mode_spreads_interrupts_alone) {
    for (const bool interrupt : {true, false}) {
        Guest guest;
        const Label table = guest.a.label();
        const Label ready = guest.a.label();
        guest.a.jump(zero, ready);
        guest.a.align(64);
        guest.a.bind(table);
        const Label taken = guest.a.label();
        for (int entry = 0; entry < 12; ++entry) {
            guest.a.jump(ra, taken);  // ra tells the entry
        }
        guest.a.bind(ready);
        guest.a.load_address(t0, table);
        guest.emit(Op::Ori, t0, t0, 1);
        guest.csr_write(csr::mtvec, t0);
        if (interrupt) {
            guest.csr_write(csr::mie, csr::sti);
            guest.csr_write(csr::mip, csr::sti);
            guest.csr_set(csr::mstatus, csr::status_mie);
        } else {
            guest.emit(Op::Ebreak);
        }
        guest.a.bind(taken);
        guest.csr_write(csr::mie, u64{0});
        guest.run(GetParam());
        EXPECT_EQ(guest.x(ra), guest.a.address(table) + (interrupt ? 4 * 5 : 0) + 4);
    }
}

TEST_P(Traps, status_fields_keep_legal_values) {
    Guest guest;
    guest.csr_set(csr::mstatus, csr::status_mpp);  // M
    guest.csr_clear(csr::mstatus, u64{1} << 11);   // would be 2, which is no mode
    guest.emit(Op::Csrrs, a0, csr::mstatus, zero);
    guest.csr_write(csr::mepc, u64{0x1235});
    guest.emit(Op::Csrrs, a1, csr::mepc, zero);
    guest.csr_write(csr::sepc, u64{0x1235});
    guest.emit(Op::Csrrs, a2, csr::sepc, zero);
    guest.csr_write(csr::satp, u64{9} << 60 | 5);  // Sv48: not there, the write has no effect
    guest.emit(Op::Csrrs, a3, csr::satp, zero);
    guest.emit(Op::Csrrs, a4, csr::misa, zero);
    guest.run(GetParam());
    EXPECT_NE(guest.x(a0) & csr::status_mpp, u64{2} << csr::status_mpp_shift);
    EXPECT_EQ(guest.x(a1), 0x1234u);
    EXPECT_EQ(guest.x(a2), 0x1234u);
    EXPECT_EQ(guest.x(a3), 0u);
    EXPECT_EQ(guest.x(a4), 0x8000'0000'0014'1105u);  // RV64 A C I M S U
    EXPECT_EQ(guest.x(a0) >> 32 & 15, 10u) << "UXL and SXL are 64";
}

TEST_P(Traps, sstatus_sie_and_sip_are_views) {
    Guest guest;
    guest.csr_write(csr::mideleg, csr::ssi | csr::sei);
    guest.csr_write(csr::mie, csr::ssi | csr::sti | csr::mti);
    guest.csr_write(csr::mip, csr::ssi | csr::sti);
    guest.emit(Op::Csrrs, a0, csr::sie, zero);
    guest.emit(Op::Csrrs, a1, csr::sip, zero);
    guest.csr_write(csr::sie, ~u64{0});
    guest.emit(Op::Csrrs, a2, csr::mie, zero);
    guest.csr_write(csr::sip, u64{0});
    guest.emit(Op::Csrrs, a3, csr::mip, zero);
    guest.csr_write(csr::mstatus, csr::status_mpp | csr::status_sum);
    guest.emit(Op::Csrrs, a4, csr::sstatus, zero);
    guest.csr_write(csr::mie, u64{0});
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), csr::ssi);
    EXPECT_EQ(guest.x(a1), csr::ssi);
    EXPECT_EQ(guest.x(a2), csr::ssi | csr::sti | csr::mti | csr::sei);
    EXPECT_EQ(guest.x(a3), csr::sti);
    EXPECT_EQ(guest.x(a4), csr::status_sum | u64{2} << 32);
}

TEST_P(Traps, counters_are_refused_without_mcounteren_and_scounteren) {
    for (const auto& [machine, supervisor, mode, legal] :
         {std::tuple{u64{0}, u64{7}, Privilege::Supervisor, false},
          {u64{4}, u64{0}, Privilege::Supervisor, true},
          {u64{4}, u64{0}, Privilege::User, false},
          {u64{4}, u64{4}, Privilege::User, true},
          {u64{0}, u64{4}, Privilege::User, false}}) {
        Guest guest;
        guest.csr_write(csr::mcounteren, machine);
        guest.csr_write(csr::scounteren, supervisor);
        guest.enter(mode);
        const u64 pc = guest.a.here();
        guest.emit(Op::Csrrs, a0, csr::instret, zero);
        guest.emit(Op::Ecall);
        guest.run(GetParam());
        EXPECT_EQ(guest.csrs().mcause == 2, !legal);
        EXPECT_EQ(guest.csrs().mepc, legal ? pc + 4 : pc);
    }
}

TEST_P(Traps, instret_counts_what_retires) {
    Guest guest;
    guest.emit(Op::Csrrs, a0, csr::minstret, zero);
    guest.emit(Op::Addi, zero, zero, 0);
    guest.emit(Op::Addi, zero, zero, 0);
    guest.emit(Op::Csrrs, a1, csr::minstret, zero);
    guest.emit(Op::Csrrwi, zero, csr::minstret, 7);
    guest.emit(Op::Csrrs, a2, csr::minstret, zero);
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a1) - guest.x(a0), 3u);
    EXPECT_EQ(guest.x(a2), 7u);
}

}  // namespace
}  // namespace stampede
