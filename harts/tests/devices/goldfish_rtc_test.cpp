// The real-time clock in a machine: beside QEMU's, and over snapshots.
#include "harts/devices/goldfish_rtc.h"

#include <fmt/format.h>

#include <chrono>

#include "harts/machine/snapshot.h"
#include "harts/tests/run_qemu.h"
#include "harts/tests/several_harts/stage.h"

namespace stampede {
namespace {

using namespace programs;
using isa::Op;
using several_harts::Stage;

constexpr u64 rtc = 0x10'1000, plic = 0xc00'0000, uart = 0x1000'0000, finisher = 0x10'0000;

class Collector final : public Console {
public:
    void put(u8 byte) override { text += static_cast<char>(byte); }
    std::string text;
};

// A guest that writes what it finds, a number a line. s0: the UART, s2: the clock, s3: the PLIC.
class Teller {
public:
    Teller() {
        Label main = code.label();
        code.jump(zero, main);
        code.align(64);
        // A trap: its cause in a0, and on behind the instruction.
        const Label handler = code.bound_label();
        code.emit(Op::Csrrs, t0, csr::mepc, zero);
        code.emit(Op::Addi, t0, t0, 4);
        code.emit(Op::Csrrw, zero, csr::mepc, t0);
        code.emit(Op::Csrrs, a0, csr::mcause, zero);
        code.emit(Op::Mret);
        // Writes a0.
        tell_ = code.bound_label();
        code.emit(Op::Addi, t0, zero, 60);
        const Label digit = code.bound_label();
        Label decimal = code.label();
        code.emit(Op::Srl, t1, a0, t0);
        code.emit(Op::Andi, t1, t1, 15);
        code.emit(Op::Addi, t2, t1, -10);
        code.branch(Op::Blt, t2, zero, decimal);
        code.emit(Op::Addi, t1, t1, 'a' - 10 - '0');
        code.bind(decimal);
        code.emit(Op::Addi, t1, t1, '0');
        code.emit(Op::Sb, t1, s0, 0);
        code.emit(Op::Addi, t0, t0, -4);
        code.branch(Op::Bge, t0, zero, digit);
        code.emit(Op::Addi, t1, zero, '\n');
        code.emit(Op::Sb, t1, s0, 0);
        code.emit(Op::Jalr, zero, ra, 0);
        code.bind(main);
        code.load_address(t0, handler);
        code.emit(Op::Csrrw, zero, csr::mtvec, t0);
        code.load_immediate(s0, uart);
        code.load_immediate(s2, rtc);
        code.load_immediate(s3, plic);
    }
    void set(u64 offset, u32 value) {
        code.load_immediate(t0, value);
        code.emit(Op::Sw, t0, s2, static_cast<i64>(offset));
    }
    void get(u64 offset) { code.emit(Op::Lwu, a0, s2, static_cast<i64>(offset)); }
    void tell() { code.jump(ra, tell_); }
    void tell(u64 offset) {
        get(offset);
        tell();
    }
    void tell_pending() {  // sources 0 to 31 at the PLIC
        code.load_immediate(t0, plic + 0x1000);
        code.emit(Op::Lwu, a0, t0, 0);
        tell();
    }
    // Tells the trap's cause, or 99 hexadecimal.
    void tell_trap(Op op, u64 offset) {
        code.load_immediate(a0, 0x99);
        code.emit(op, a1, s2, static_cast<i64>(offset));
        tell();
    }
    [[nodiscard]] std::vector<std::byte> finish() {
        code.load_immediate(t0, finisher);
        code.load_immediate(t1, 0x5555);
        code.emit(Op::Sw, t1, t0, 0);
        const Label here = code.bound_label();
        code.jump(zero, here);
        return elf_around(code.finish(), ram_base.value);
    }

    Assembler code{ram_base.value};

private:
    Label tell_;
};

// What can be told of the clock without telling the time.
std::vector<std::byte> everything_repeatable() {
    Teller guest;
    guest.set(0x10, 3);
    guest.tell(0x10);
    guest.set(0x10, 2);
    guest.tell(0x10);
    guest.set(0x0c, 0xffff'ffff);  // sets no alarm yet
    guest.tell(0x0c);
    guest.tell(0x18);
    guest.set(0x00, 0);  // the clock: 5 << 32
    guest.set(0x04, 5);
    guest.get(0x00);
    guest.tell(0x04);
    guest.set(0x04, 6);
    guest.tell(0x04);  // what reading the low half has kept
    guest.get(0x00);
    guest.tell(0x04);
    guest.set(0x0c, 7);  // an alarm in some seconds
    guest.set(0x08, 0x1234'5678);
    guest.tell(0x08);
    guest.tell(0x18);
    guest.tell_pending();
    guest.set(0x14, 1);
    guest.tell(0x18);
    guest.tell(0x08);
    guest.set(0x0c, 4);  // one that has passed
    guest.set(0x08, 0);
    guest.tell(0x18);
    guest.tell_pending();
    guest.set(0x10, 1);
    guest.tell_pending();
    for (const u64 reserved : {0x14, 0x1c, 0x20, 0x24, 0x28, 0x7fc}) {
        guest.tell_trap(Op::Lw, reserved);
        guest.tell_trap(Op::Sw, reserved == 0x14 || reserved == 0x1c ? 0x20 : reserved);
    }
    for (const Op op : {Op::Lb, Op::Lh, Op::Lhu, Op::Sb, Op::Sh}) {
        guest.tell_trap(op, 0x10);
    }
    guest.tell(0x10);
    Assembler& code = guest.code;
    guest.tell_trap(Op::Ld, 0x20);
    guest.tell_trap(Op::Sd, 0x20);
    const auto store_both = [&](u64 value) {
        code.load_immediate(t0, value);
        code.emit(Op::Sd, t0, s2, 0x08);
        guest.tell(0x18);
        code.emit(Op::Ld, a0, s2, 0x08);
        guest.tell();
    };
    store_both(u64{0x77} << 32 | 9);  // the first half sets the alarm
    store_both(u64{0x66} << 32 | 8);
    guest.set(0x14, 0);
    code.load_immediate(t0, u64{0x55} << 32);
    code.emit(Op::Sd, t0, s2, 0x00);
    code.emit(Op::Ld, a0, s2, 0x00);
    code.emit(Op::Srli, a0, a0, 32);
    guest.tell();
    // The interrupt wakes, and is source 11's: an alarm two milliseconds from here.
    guest.set(0x1c, 0);
    const auto write_plic = [&](u64 offset, u32 value) {
        code.load_immediate(t1, plic + offset);
        code.load_immediate(t0, value);
        code.emit(Op::Sw, t0, t1, 0);
    };
    write_plic(4 * 11, 1);
    write_plic(0x2000, 1 << 11);
    const Label claim = code.bound_label();  // what was pending before
    code.load_immediate(t1, plic + 0x20'0004);
    code.emit(Op::Lw, t0, t1, 0);
    code.emit(Op::Sw, t0, t1, 0);
    code.branch(Op::Bne, t0, zero, claim);
    guest.get(0x00);
    code.emit(Op::Lwu, a1, s2, 0x04);
    code.emit(Op::Slli, a1, a1, 32);
    code.emit(Op::Or, a0, a0, a1);
    code.load_immediate(a1, 2'000'000);
    code.emit(Op::Add, s4, a0, a1);
    code.emit(Op::Srli, a0, s4, 32);
    code.emit(Op::Sw, a0, s2, 0x0c);
    code.emit(Op::Sw, s4, s2, 0x08);
    code.load_immediate(t0, csr::mei);
    code.emit(Op::Csrrw, zero, csr::mie, t0);
    const Label sleep = code.bound_label();
    code.emit(Op::Wfi);
    code.emit(Op::Csrrs, t0, csr::mip, zero);
    code.load_immediate(t1, csr::mei);
    code.emit(Op::And, t0, t0, t1);
    code.branch(Op::Beq, t0, zero, sleep);
    code.load_immediate(t1, plic + 0x20'0004);
    code.emit(Op::Lw, a0, t1, 0);
    guest.tell();
    guest.tell(0x18);
    guest.get(0x00);  // and no earlier than it was set for
    code.emit(Op::Lwu, a1, s2, 0x04);
    code.emit(Op::Slli, a1, a1, 32);
    code.emit(Op::Or, a0, a0, a1);
    code.emit(Op::Sltu, a0, a0, s4);
    guest.tell();
    return guest.finish();
}

Result<std::string> run_here(std::span<const std::byte> image, TimeMode time) {
    const auto elf = ElfImage::parse(image, "clock");
    if (!elf) {
        return std::unexpected(elf.error());
    }
    MachineConfig config;
    config.memory = u64{16} << 20;
    config.time = time;
    const auto machine = Machine::create(config, *elf);
    if (!machine) {
        return std::unexpected(machine.error());
    }
    Collector console;
    (*machine)->set_console(&console);
    if (time == TimeMode::Counted) {
        for (int n = 0; n < 1000 && !(*machine)->exit_status(); ++n) {
            (*machine)->run({0}, 100'000);
        }
    } else {
        (*machine)->run_parallel(std::chrono::seconds(60));
    }
    return (*machine)->exit_status() == 0u ? Result<std::string>(console.text)
                                           : error("it did not end; it wrote " + console.text);
}

TEST(GoldfishRtcMachineTest, does_what_qemus_does) {
    const auto image = everything_repeatable();
    const auto theirs = run_in_qemu(image, std::chrono::seconds(60));
    ASSERT_TRUE(theirs.has_value()) << theirs.error().message;
    EXPECT_EQ(std::ranges::count(*theirs, '\n'), 43);
    for (const TimeMode time : {TimeMode::Counted, TimeMode::Host}) {
        const auto ours = run_here(image, time);
        ASSERT_TRUE(ours.has_value()) << ours.error().message;
        EXPECT_EQ(*ours, *theirs);
    }
}

class ClockTest : public testing::Test {
protected:
    void start(TimeMode time) {
        stage.code.emit(Op::Wfi);
        stage.code.emit(Op::Addi, a0, a0, 1);
        stage.code.emit(Op::Wfi);
        stage.start(
            {.harts = 1, .memory = u64{4} << 20, .time = time, .bootargs = {}, .permits = 0});
        put(0x200'4000, ~u64{0}, 8);  // mtimecmp
    }
    void put(u64 address, u64 value, unsigned size = 4) {
        ASSERT_TRUE(stage.context().bus.store({0}, {address}, size, value));
    }
    [[nodiscard]] u64 get(u64 address) {
        return stage.context().bus.load({0}, {address}, 4).value_or(~u64{0});
    }
    [[nodiscard]] u64 clock() {
        const u64 low = get(rtc);
        return get(rtc + 4) << 32 | low;
    }
    Stage stage;
};

TEST_F(ClockTest, is_the_wall_clock_where_time_is_the_hosts) {
    const auto now = [] {
        return static_cast<u64>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                    std::chrono::system_clock::now().time_since_epoch())
                                    .count());
    };
    const u64 before = now();
    start(TimeMode::Host);
    const u64 clock = this->clock();
    EXPECT_GE(clock + 100, before);  // its step
    EXPECT_LE(clock, now());
}

TEST_F(ClockTest, is_always_the_same_where_runs_repeat) {
    start(TimeMode::Counted);
    EXPECT_EQ(clock(), 1'704'067'200'000'000'000u);  // 2024-01-01 00:00:00 UTC
    put(0x200'bff8, 12'345, 8);                      // mtime is another clock
    EXPECT_EQ(clock(), 1'704'067'200'000'000'000u);
}

TEST_F(ClockTest, alarm_and_time_come_back_with_a_snapshot) {
    start(TimeMode::Counted);
    put(plic + 4 * 11, 1);
    put(plic + 0x2000, 1 << 11);
    stage.hart(0).csr.mie = csr::mei;
    stage.hart(0).x[a0] = 0;
    put(rtc + 0x04, 0x1000);
    const u64 alarm = clock() + 5'000'000;
    put(rtc + 0x10, 1);
    put(rtc + 0x0c, alarm >> 32);
    put(rtc + 0x08, alarm & 0xffff'ffff);
    Snapshot snapshot(*stage.machine);
    const u64 hash = stage.machine->state_hash(), then = clock();
    (void)then;
    snapshot.restore();
    for (int n = 0; n < 3; ++n) {
        EXPECT_EQ(stage.machine->state_hash(), hash);
        EXPECT_EQ(get(rtc + 0x18), 1u);
        EXPECT_EQ(clock(), then);
        EXPECT_EQ(stage.run(0, 100), StopReason::Wfi);
        stage.run(0, 1);
        EXPECT_EQ(stage.hart(0).x[a0], 1u);
        EXPECT_EQ(clock(), alarm);
        EXPECT_EQ(get(rtc + 0x18), 0u);
        EXPECT_EQ(get(plic + 0x20'0004), 11u);
        put(rtc + 0x04, 0x2000);
        EXPECT_NE(stage.machine->state_hash(), hash);
        snapshot.restore();
    }
}

}  // namespace
}  // namespace stampede
