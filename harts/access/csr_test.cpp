// Every expected value is the privileged specification's: fields that are WARL, read-only or views,
// and who may see them.
#include "harts/access/csr.h"

#include <gtest/gtest.h>

#include "harts/core/csr_numbers.h"
#include "harts/core/machine_context.h"
#include "harts/devices/test_doubles.h"

namespace stampede {
namespace {

class CsrTest : public testing::Test {
protected:
    static Ram make_ram() {
        auto ram = Ram::create(u64{2} << 20);
        EXPECT_TRUE(ram.has_value());
        return std::move(*ram);
    }
    CsrTest() {
        context.harts.push_back(hart.get());
        context.revocation.attach(HartId{3}, hart->shared.safe_point);
    }
    std::optional<u64> read(u32 number) { return read_csr(*hart, number); }
    // What is read back; nothing: the write was illegal.
    std::optional<u64> written(u32 number, u64 value) {
        return write_csr(*hart, number, value) ? read_csr(*hart, number) : std::nullopt;
    }
    void mode(Privilege privilege) { hart->own.mode = privilege; }

    Ram ram = make_ram();
    TestEnvironment environment;
    TestLines lines;
    Bus bus;
    Clint clint{4, environment, lines};
    MachineContext context{ram, bus, clint, environment, 4};
    std::unique_ptr<Hart> hart = std::make_unique<Hart>(HartId{3}, context);
};

constexpr u64 all = ~u64{0};
constexpr u64 uxl = 0x2'0000'0000, sxl = 0x8'0000'0000;

TEST_F(CsrTest, identity_and_isa) {
    EXPECT_EQ(read(0xf14), 3u);                      // mhartid
    EXPECT_EQ(read(0x301), 0x8000'0000'0014'1105u);  // misa: RV64, U S M I C A
    EXPECT_EQ(written(0x301, 0), 0x8000'0000'0014'1105u);
    for (const u32 number : {0xf11u, 0xf12u, 0xf13u, 0xf15u}) {
        EXPECT_EQ(read(number), 0u);
        EXPECT_FALSE(write_csr(*hart, number, 0)) << "read-only by its number";
    }
}

TEST_F(CsrTest, mstatus_keeps_its_fields_only) {
    EXPECT_EQ(written(0x300, all), 0x7e'19aau | uxl | sxl);
    EXPECT_EQ(written(0x300, 0), uxl | sxl);
}

TEST_F(CsrTest, mpp_never_holds_the_mode_that_does_not_exist) {
    for (const u64 legal : {u64{0}, u64{1}, u64{3}}) {
        ASSERT_EQ(written(0x300, legal << 11).value() >> 11 & 3, legal);
        EXPECT_EQ(written(0x300, u64{2} << 11).value() >> 11 & 3, legal);
    }
}

TEST_F(CsrTest, sstatus_is_a_view_of_mstatus) {
    EXPECT_EQ(written(0x100, all), 0xc'0122u | uxl);
    EXPECT_EQ(read(0x300), 0xc'0122u | uxl | sxl) << "and writes nothing else";
    ASSERT_TRUE(write_csr(*hart, 0x300, all));
    EXPECT_EQ(written(0x100, 0), uxl);
    EXPECT_EQ(read(0x300), (0x7e'19aau & ~0xc'0122u) | uxl | sxl);
}

TEST_F(CsrTest, trap_vectors_take_direct_and_vectored) {
    for (const u32 number : {0x305u, 0x105u}) {
        EXPECT_EQ(written(number, 0x8000'1000), 0x8000'1000u);
        EXPECT_EQ(written(number, 0x8000'2001), 0x8000'2001u);
        for (const u64 reserved : {0x8000'3002ull, 0x8000'3003ull}) {
            EXPECT_LE(written(number, reserved).value() & 3, 1u);
        }
    }
}

TEST_F(CsrTest, exception_pcs_have_no_bit_0) {
    EXPECT_EQ(written(0x341, all), all - 1);
    // bit 1 stays: instructions are halfword-aligned
    EXPECT_EQ(written(0x141, 0x8000'0003), 0x8000'0002u);
}

TEST_F(CsrTest, delegation) {
    EXPECT_EQ(written(0x302, all), 0xb3ffu)
        << "ecall from M, and what does not exist, is not delegated";
    EXPECT_EQ(written(0x303, all), 0x222u) << "interrupts of machine mode are not";
}

TEST_F(CsrTest, interrupt_enables_and_their_supervisor_view) {
    EXPECT_EQ(written(0x304, all), 0xaaau);
    EXPECT_EQ(read(0x104), 0u) << "nothing is delegated";
    ASSERT_TRUE(write_csr(*hart, 0x303, 0x202));  // SSI and SEI
    EXPECT_EQ(read(0x104), 0x202u);
    EXPECT_EQ(written(0x104, 0), 0u);
    EXPECT_EQ(read(0x304), 0x8a8u) << "the others keep theirs";
}

TEST_F(CsrTest, interrupt_pending_bits_that_software_may_set) {
    environment.now = 0;
    ASSERT_TRUE(clint.store(HartId{3}, 0x4000 + 3 * 8, 8, all));  // no timer
    EXPECT_EQ(written(0x344, all), 0x222u) << "SSIP, STIP, SEIP; MSIP, MTIP and MEIP are devices'";
    ASSERT_TRUE(write_csr(*hart, 0x344, 0));
    ASSERT_TRUE(write_csr(*hart, 0x303, 0x222));
    EXPECT_EQ(written(0x144, all), 0x2u) << "a supervisor sets SSIP only";
    EXPECT_EQ(read(0x344), 0x2u);
    ASSERT_TRUE(write_csr(*hart, 0x303, 0));
    EXPECT_EQ(written(0x144, 0), 0u);
    EXPECT_EQ(read(0x344), 0x2u) << "and only when it is delegated";
}

TEST_F(CsrTest, lines_of_devices_show_in_mip_and_cannot_be_written) {
    ASSERT_TRUE(clint.store(HartId{3}, 0x4000 + 3 * 8, 8, all));
    hart->shared.lines.store(u64{1} << 3 | u64{1} << 11);
    EXPECT_EQ(read(0x344), 0x808u);
    EXPECT_EQ(written(0x344, 0), 0x808u);
}

TEST_F(CsrTest, timers_show_in_mip_from_their_deadline_on) {
    ASSERT_TRUE(clint.store(HartId{3}, 0x4000 + 3 * 8, 8, 100));
    environment.now = 99;
    EXPECT_EQ(read(0x344), 0u);
    environment.now = 100;
    EXPECT_EQ(read(0x344), 0x80u);
    EXPECT_EQ(read(0xc01), 100u);
    ASSERT_TRUE(clint.store(HartId{3}, 0x4000 + 3 * 8, 8, all));
    ASSERT_TRUE(write_csr(*hart, 0x30a, u64{1} << 63));  // menvcfg.STCE: Sstc
    ASSERT_TRUE(write_csr(*hart, 0x14d, 101));
    EXPECT_EQ(read(0x344), 0u);
    environment.now = 101;
    EXPECT_EQ(read(0x344), 0x20u);
    EXPECT_EQ(written(0x344, 0), 0x20u) << "with Sstc STIP is the comparison";
    ASSERT_TRUE(write_csr(*hart, 0x14d, 200));
    EXPECT_EQ(read(0x344), 0u);
}

TEST_F(CsrTest, satp_ignores_writes_of_modes_that_are_not_there) {
    constexpr u64 sv39 = u64{8} << 60 | u64{0xffff} << 44 | 0xfff'ffff'ffff;
    EXPECT_EQ(written(0x180, sv39), sv39) << "16 bits of ASID, 44 of PPN";
    for (const u64 other : {u64{9}, u64{10}, u64{1}, u64{15}}) {
        EXPECT_EQ(written(0x180, other << 60 | 0x1234), sv39)
            << "no part of the write takes effect";
    }
    EXPECT_EQ(written(0x180, 0), 0u);
}

TEST_F(CsrTest, each_privilege_sees_its_own_and_below) {
    const u32 machine_only[] = {0x300, 0x304, 0x341, 0x3a0, 0x3b0, 0xb00, 0xf14};
    const u32 supervisor[] = {0x100, 0x104, 0x105, 0x140, 0x141, 0x142, 0x143, 0x144, 0x180};
    for (const u32 number : machine_only) {
        mode(Privilege::Machine);
        EXPECT_TRUE(read(number).has_value()) << number;
        for (const Privilege below : {Privilege::Supervisor, Privilege::User}) {
            mode(below);
            EXPECT_FALSE(read(number).has_value()) << number;
            EXPECT_FALSE(write_csr(*hart, number, 0)) << number;
        }
    }
    for (const u32 number : supervisor) {
        for (const Privilege enough : {Privilege::Machine, Privilege::Supervisor}) {
            mode(enough);
            EXPECT_TRUE(read(number).has_value()) << number;
        }
        mode(Privilege::User);
        EXPECT_FALSE(read(number).has_value()) << number;
        EXPECT_FALSE(write_csr(*hart, number, 0)) << number;
    }
}

TEST_F(CsrTest, numbers_without_a_csr_are_illegal) {
    for (const u32 number :
         {0x000u, 0x001u, 0x003u, 0x200u, 0x280u, 0x600u, 0x7a0u, 0x7ffu, 0x3a1u, 0x5a8u, 0xfffu}) {
        EXPECT_FALSE(read(number).has_value()) << number;
        EXPECT_FALSE(write_csr(*hart, number, 0)) << number;
    }
}

TEST_F(CsrTest, tvm_takes_satp_from_supervisors) {
    ASSERT_TRUE(write_csr(*hart, 0x300, 1 << 20));
    mode(Privilege::Supervisor);
    EXPECT_FALSE(read(0x180).has_value());
    EXPECT_FALSE(write_csr(*hart, 0x180, 0));
    mode(Privilege::Machine);
    EXPECT_TRUE(read(0x180).has_value());
}

TEST_F(CsrTest, counters_open_by_mcounteren_then_scounteren) {
    struct Case {
        u64 machine, supervisor;
        Privilege mode;
        bool visible;
    };
    for (const Case& c :
         {Case{0, 0, Privilege::Machine, true}, Case{0, 7, Privilege::Supervisor, false},
          Case{7, 0, Privilege::Supervisor, true}, Case{7, 0, Privilege::User, false},
          Case{0, 7, Privilege::User, false}, Case{7, 7, Privilege::User, true}}) {
        mode(Privilege::Machine);
        ASSERT_TRUE(write_csr(*hart, 0x306, c.machine));
        ASSERT_TRUE(write_csr(*hart, 0x106, c.supervisor));
        mode(c.mode);
        for (const u32 counter : {0xc00u, 0xc01u, 0xc02u}) {
            EXPECT_EQ(read(counter).has_value(), c.visible);
            EXPECT_FALSE(write_csr(*hart, counter, 0)) << "the user's views are read-only";
        }
    }
}

TEST_F(CsrTest, stimecmp_wants_stce_and_mcounteren_tm_below_machine_mode) {
    struct Case {
        u64 environment, counters;
        bool allowed;
    };
    for (const Case& c : {Case{0, 0, false}, Case{u64{1} << 63, 0, false}, Case{0, 2, false},
                          Case{u64{1} << 63, 2, true}}) {
        mode(Privilege::Machine);
        ASSERT_TRUE(write_csr(*hart, 0x30a, c.environment));
        ASSERT_TRUE(write_csr(*hart, 0x306, c.counters));
        mode(Privilege::Supervisor);
        EXPECT_EQ(read(0x14d).has_value(), c.allowed);
        EXPECT_EQ(write_csr(*hart, 0x14d, all), c.allowed);
    }
}

TEST_F(CsrTest, counters_count_and_can_be_set) {
    hart->own.executed = 1'000;
    hart->own.trapped = 10;
    EXPECT_EQ(read(0xb00), 1'000u);
    EXPECT_EQ(read(0xb02), 990u);
    ASSERT_TRUE(write_csr(*hart, 0xb02, 5));
    ASSERT_TRUE(write_csr(*hart, 0xb00, 7));
    // the writing instruction itself: what it wrote is what the next one reads
    hart->own.executed += 1;
    EXPECT_EQ(read(0xb02), 5u);
    EXPECT_EQ(read(0xb00), 7u);
    EXPECT_EQ(read(0xc02), 5u);
}

TEST_F(CsrTest, what_mcountinhibit_shows_is_what_it_does) {
    ASSERT_TRUE(written(0x320, all).has_value());
    const u64 inhibited = read(0x320).value();
    EXPECT_EQ(inhibited & 2, 0u) << "time cannot be stopped";
    const u64 cycles = read(0xb00).value(), retired = read(0xb02).value();
    hart->own.executed += 100;
    EXPECT_EQ(read(0xb00).value() - cycles, (inhibited & 1) != 0 ? 0u : 100u);
    EXPECT_EQ(read(0xb02).value() - retired, (inhibited & 4) != 0 ? 0u : 100u);
}

TEST_F(CsrTest, pmp_registers_of_rv64) {
    for (const u32 number : {0x3a1u, 0x3a3u, 0x3afu}) {
        EXPECT_FALSE(read(number).has_value()) << "odd pmpcfg do not exist";
    }
    EXPECT_TRUE(read(0x3ae).has_value());
    EXPECT_EQ(written(0x3b0, all), 0x3f'ffff'ffff'ffffu)
        << "54 bits: an address of 56 by four bytes";
    EXPECT_TRUE(read(0x3ef).has_value());
}

TEST_F(CsrTest, changing_mxr_forgets_translations_made_without_it) {
    ASSERT_TRUE(write_csr(*hart, 0x180, u64{8} << 60 | 0x80200));
    mode(Privilege::Supervisor);
    ASSERT_TRUE(write_csr(*hart, 0x100, 0));
    TlbEntry& entry = hart->own.data->take(0x1000, 0x8000'1000, 0, false);
    entry.read = 0x1000;
    ASSERT_TRUE(write_csr(*hart, 0x100, 1 << 19));
    EXPECT_NE(hart->own.data->entries[TlbBank::index(0x1000)].read, 0x1000u);
}

}  // namespace
}  // namespace stampede
