// A few instructions on one hart, for tests: written with an Assembler, run to their wfi, then
// looked at.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "harts/core/csr_numbers.h"
#include "harts/core/hart.h"
#include "harts/machine/machine.h"
#include "harts/memory/ram.h"
#include "harts/tests/programs/assembler.h"
#include "harts/tests/programs/elf_writer.h"
#include "harts/tests/run_machine.h"

namespace stampede {

// A test's parameter: instructions a slice. 1 takes the full hart alone, many the fast one.
class InstructionTest : public testing::TestWithParam<u64> {};
#define INSTRUCTION_TESTS(suite)                                                               \
    class suite : public InstructionTest {};                                                   \
    INSTANTIATE_TEST_SUITE_P(slices, suite, testing::Values(u64{1}, u64{2}, unlimited_budget), \
                             [](const auto& info) { return "of_" + std::to_string(info.param); })

// Starts in M-mode with memory open to all modes and both trap vectors set; a trap ends the run in
// the mode that takes it.
class Guest {
public:
    using Register = programs::Register;
    static constexpr u64 data = 0x8010'0000;    // RAM that nobody uses
    static constexpr u64 tables = 0x8020'0000;  // for page tables

    Guest() {
        using namespace programs;
        li(t0, ~u64{0});
        csr_write(csr::pmpaddr0, t0);
        li(t0, 0x1f);
        csr_write(csr::pmpcfg0, t0);
        li(t0, ~u64{0});
        li(t1, 0x200'4000);  // mtimecmp
        emit(isa::Op::Sd, t0, t1, 0);
        a.load_address(t0, machine_handler_);
        csr_write(csr::mtvec, t0);
        a.load_address(t0, supervisor_handler_);
        csr_write(csr::stvec, t0);
        for (const Register used : {t0, t1, a0, a1}) {
            li(used, 0);
        }
    }

    programs::Assembler a{ram_base.value};

    void emit(isa::Op op, i64 first = 0, i64 second = 0, i64 third = 0) {
        a.emit(op, first, second, third);
    }
    void li(Register rd, u64 value) { a.load_immediate(rd, value); }
    void csr_write(u32 number, Register rs) { emit(isa::Op::Csrrw, programs::zero, number, rs); }
    void csr_write(u32 number, u64 value) {  // through t6
        li(programs::t6, value);
        csr_write(number, programs::t6);
    }
    void csr_set(u32 number, u64 bits) {  // through t6
        li(programs::t6, bits);
        emit(isa::Op::Csrrs, programs::zero, number, programs::t6);
    }
    void csr_clear(u32 number, u64 bits) {  // through t6
        li(programs::t6, bits);
        emit(isa::Op::Csrrc, programs::zero, number, programs::t6);
    }
    void store(u64 address, u64 value) {  // 8 bytes, through t5 and t6
        li(programs::t5, address);
        li(programs::t6, value);
        emit(isa::Op::Sd, programs::t6, programs::t5, 0);
    }
    // What follows runs in `mode`, at its physical address. From M-mode; through t6.
    void enter(Privilege mode) {
        const programs::Label next = a.label();
        csr_clear(csr::mstatus, csr::status_mpp);
        csr_set(csr::mstatus, static_cast<u64>(mode) << csr::status_mpp_shift);
        a.load_address(programs::t6, next);
        csr_write(csr::mepc, programs::t6);
        emit(isa::Op::Mret);
        a.bind(next);
    }

    // All begin at the same place; run() runs the first.
    unsigned harts = 1;
    // Sees the machine before it runs.
    std::function<void(Machine&)> prepare;

    // Ends the code with wfi and runs it, `slice` instructions at a time, until a wfi.
    void run(u64 slice) {
        emit(isa::Op::Wfi);
        a.align(64);
        a.bind(machine_handler_);
        // or wfi would go on for what is pending
        emit(isa::Op::Csrrwi, programs::zero, csr::mie, 0);
        emit(isa::Op::Wfi);
        a.align(64);
        a.bind(supervisor_handler_);
        emit(isa::Op::Csrrwi, programs::zero, csr::sie, 0);
        emit(isa::Op::Wfi);
        const auto code = a.finish();
        const auto elf = ElfImage::parse(programs::elf_around(code, ram_base.value), "test");
        ASSERT_TRUE(elf) << elf.error().message;
        MachineConfig config;
        config.harts = harts;
        config.memory = u64{16} << 20;
        config.time = TimeMode::Counted;
        auto machine = Machine::create(config, *elf);
        ASSERT_TRUE(machine) << machine.error().message;
        machine_ = std::move(*machine);
        if (prepare) {
            prepare(*machine_);
        }
        constexpr u64 many = 100'000;  // instructions; no test takes that many
        for (u64 n = 0; n < many; n += std::min(slice, many)) {
            if (machine_->run(HartId{0}, std::min(slice, many)) == StopReason::Wfi) {
                return;
            }
        }
        FAIL() << "no wfi";
    }

    // After run().
    [[nodiscard]] u64 x(Register number) { return state().x[number]; }
    [[nodiscard]] Hart& hart() { return machine_->hart(HartId{0}); }
    [[nodiscard]] const HartState& state() { return hart().own; }
    [[nodiscard]] const CsrFile& csrs() { return state().csr; }
    [[nodiscard]] u64 memory(u64 address) { return machine_->ram().load_u64(PhysAddr{address}); }
    [[nodiscard]] u64 machine_handler() const { return a.address(machine_handler_); }
    [[nodiscard]] u64 supervisor_handler() const { return a.address(supervisor_handler_); }

    void expect_machine_trap(u64 cause, u64 epc, u64 tval) {
        EXPECT_EQ(state().mode, Privilege::Machine);
        EXPECT_EQ(csrs().mcause, cause);
        EXPECT_EQ(csrs().mepc, epc);
        EXPECT_EQ(csrs().mtval, tval);
    }
    void expect_supervisor_trap(u64 cause, u64 epc, u64 tval) {
        EXPECT_EQ(state().mode, Privilege::Supervisor);
        EXPECT_EQ(csrs().scause, cause);
        EXPECT_EQ(csrs().sepc, epc);
        EXPECT_EQ(csrs().stval, tval);
    }

private:
    programs::Label machine_handler_ = a.label();
    programs::Label supervisor_handler_ = a.label();
    std::unique_ptr<Machine> machine_;
};

}  // namespace stampede
