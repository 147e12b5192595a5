// A device that this file alone knows, in a machine: by its class and its line of the map it takes
// part in everything.
#include <libfdt.h>

#include "harts/core/observer.h"
#include "harts/devices/plic.h"
#include "harts/machine/snapshot.h"
#include "harts/schedule/schedule_spec.h"
#include "harts/tests/several_harts/stage.h"

namespace stampede {
namespace {

using namespace programs;
using isa::Op;
using several_harts::Stage;

constexpr AddressRange place{{0x1001'0000}, 0x1000};
constexpr u32 source = 33;
constexpr u64 value = place.base.value, send = value + 8, ring_at = value + 16;
constexpr u64 plic = 0xc00'0000;

// Registers of eight bytes: a value; where a store sends it to in RAM; a time at which the bell
// rings.
class Mailbox final : public Device {
public:
    Mailbox(Board& board, u32 interrupt) : board_(board), interrupt_(interrupt) {}

    std::string_view name() const override { return "mailbox"; }
    std::optional<u64> load(HartId, u64 offset, unsigned size) override {
        const FutexGuard guard(lock_);
        return offset == 0 && size == 8 ? std::optional(value_) : std::nullopt;
    }
    bool store(HartId from, u64 offset, unsigned size, u64 word) override {
        switch (size == 8 ? offset : ~u64{0}) {
        case 0: set(word); return true;
        case 8: return deliver(from, {word});
        case 16:
            rings_at_.store(word, std::memory_order_release);
            board_.deadline_changed();
            return true;
        default: return false;
        }
    }
    void save(StateWriter& to) const override {
        const FutexGuard guard(lock_);
        to.put(value_);
        to.put(deadline());
    }
    void restore(StateReader& from) override {
        const FutexGuard guard(lock_);
        from.take(value_);
        rings_at_.store(from.take<u64>(), std::memory_order_release);
    }
    DeviceNode describe() const override {
        return {.name = "mailbox",
                .compatible = {"stampede,mailbox", "stampede,box"},
                .properties = {{"slots", std::vector<u32>{1, 2}},
                               {"labels", std::vector<std::string>{"a", "bc"}},
                               {"dma-coherent", DeviceNode::Flag{}}}};
    }
    u64 deadline() const override { return rings_at_.load(std::memory_order_acquire); }
    void tick(HartId, u64) override {
        rings_at_.store(never, std::memory_order_release);
        board_.plic->set_level(interrupt_, Level::High);
    }

private:
    void set(u64 word) {
        const FutexGuard guard(lock_);
        value_ = word;
    }
    bool deliver(HartId from, PhysAddr to) {
        std::array<u8, 8> bytes;
        {
            const FutexGuard guard(lock_);
            std::memcpy(bytes.data(), &value_, 8);
        }
        return board_.memory.store(from, to, bytes);
    }

    Board& board_;
    const u32 interrupt_;
    mutable FutexLock lock_;
    u64 value_ GUARDED_BY(lock_) = 0;
    std::atomic<u64> rings_at_{never};
};

const DeviceLine line{place, source, [](Board& board, u32 interrupt) {
                          return std::make_unique<Mailbox>(board, interrupt);
                      }};

class OwnDeviceTest : public testing::Test {
protected:
    void start(unsigned harts = 1, TimeMode time = TimeMode::Counted) {
        stage.start({.harts = harts,
                     .memory = u64{4} << 20,
                     .time = time,
                     .bootargs = {},
                     .permits = 0,
                     .devices = {line}});
        for (u32 hart = 0; hart < harts; ++hart) {
            put(0x200'4000 + 8 * hart, ~u64{0});  // mtimecmp
        }
    }
    void put(u64 address, u64 word, unsigned size = 8) {
        ASSERT_TRUE(stage.context().bus.store({0}, {address}, size, word));
    }
    // The bell reaches this hart in M-mode.
    void listen(u32 hart) {
        put(plic + 4 * source, 1, 4);
        put(plic + 0x2000 + 0x100 * hart + 4, u64{1} << (source - 32), 4);
        stage.hart(hart).csr.mie = csr::mei;
    }
    [[nodiscard]] u64 time() { return stage.context().environment.time(); }

    Stage stage;
    Assembler& code = stage.code;
};

TEST_F(OwnDeviceTest, answers_the_guest) {
    code.emit(Op::Sd, a1, a0, 0);
    code.emit(Op::Ld, a2, a0, 0);
    code.emit(Op::Lw, a2, a0, 0);
    start();
    stage.hart(0).x[a0] = value;
    stage.hart(0).x[a1] = 0x1234'5678'9abc'def0;
    stage.run(0, 2);
    EXPECT_EQ(stage.hart(0).x[a2], 0x1234'5678'9abc'def0u);
    stage.run(0, 1);
    EXPECT_EQ(stage.hart(0).csr.mcause, 5u);  // what it refuses is an access fault
}

TEST_F(OwnDeviceTest, stands_in_the_device_tree) {
    code.emit(Op::Wfi);
    start();
    const u8* const tree = stage.machine->ram().host({stage.hart(0).x[a1]});
    ASSERT_EQ(fdt_check_header(tree), 0);
    const int node = fdt_path_offset(tree, "/soc/mailbox@10010000");
    ASSERT_GE(node, 0);
    const auto property = [&](const char* name) {
        int length = -1;
        const void* const bytes = fdt_getprop(tree, node, name, &length);
        return bytes != nullptr
                   ? std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(length))
                   : "(absent)";
    };
    EXPECT_EQ(property("compatible"), std::string("stampede,mailbox\0stampede,box\0", 30));
    EXPECT_EQ(property("reg"), std::string("\0\0\0\0\x10\x01\0\0\0\0\0\0\0\0\x10\0", 16));
    EXPECT_EQ(property("interrupts"), std::string("\0\0\0\x21", 4));
    EXPECT_EQ(property("slots"), std::string("\0\0\0\1\0\0\0\2", 8));
    EXPECT_EQ(property("labels"), std::string("a\0bc\0", 5));
    EXPECT_EQ(property("dma-coherent"), "");
    const std::string parent = property("interrupt-parent");
    ASSERT_EQ(parent.size(), 4u);
    EXPECT_EQ(
        fdt_node_offset_by_phandle(tree, fdt32_ld(reinterpret_cast<const fdt32_t*>(parent.data()))),
        fdt_path_offset(tree, "/soc/plic@c000000"));
}

TEST_F(OwnDeviceTest, is_part_of_the_state_hash_and_comes_back_with_a_snapshot) {
    code.emit(Op::Wfi);
    start();
    put(value, 5);
    put(ring_at, 1'000'000);
    Snapshot snapshot(*stage.machine);
    const u64 hash = stage.machine->state_hash();
    for (int n = 0; n < 3; ++n) {
        put(value, 6);
        EXPECT_NE(stage.machine->state_hash(), hash);
        put(ring_at, ~u64{0});
        snapshot.restore();
        EXPECT_EQ(stage.machine->state_hash(), hash);
        EXPECT_EQ(stage.context().bus.load({0}, {value}, 8), 5u);
        EXPECT_EQ(stage.context().bus.deadline(), 1'000'000u);
    }
}

TEST_F(OwnDeviceTest, stores_to_ram_and_a_snapshot_takes_that_back) {
    constexpr u64 word = 0x8010'0101;  // misaligned
    code.emit(Op::Sd, a1, a0, 0);
    start();
    put(value, 0x1122'3344'5566'7788);
    Snapshot snapshot(*stage.machine);
    stage.hart(0).x[a0] = send;
    stage.hart(0).x[a1] = word;
    stage.run(0, 1);
    EXPECT_EQ(stage.load(0x8010'0100), 0x2233'4455'6677'8800u);
    EXPECT_EQ(stage.load(0x8010'0108), 0x11u);
    EXPECT_EQ(snapshot.dirty_pages().size(), 1u);
    snapshot.restore();
    EXPECT_EQ(stage.load(0x8010'0100), 0u);
    EXPECT_EQ(stage.load(0x8010'0108), 0u);
}

TEST_F(OwnDeviceTest, cannot_store_outside_ram) {
    code.emit(Op::Sd, a1, a0, 0);
    start();
    stage.hart(0).x[a0] = send;
    stage.hart(0).x[a1] = 0x8040'0000 - 4;
    stage.run(0, 1);
    EXPECT_EQ(stage.hart(0).csr.mcause, 7u);
    EXPECT_EQ(stage.load(0x8040'0000 - 8), 0u);
}

TEST_F(OwnDeviceTest, breaks_reservations_by_what_it_stores) {
    constexpr u64 word = 0x8010'0100;
    const Label reserve = code.bound_label();
    code.emit(Op::LrD, t0, a0);
    const Label conditional = code.bound_label();
    code.emit(Op::ScD, t1, a1, a0);
    start(2);
    stage.hart(0).x[a0] = word;
    for (const u64 at : {word + 56, word + 64}) {
        stage.put(0, reserve);
        stage.run(0, 1);
        put(send, at);
        stage.put(0, conditional);
        stage.run(0, 1);
        EXPECT_EQ(stage.hart(0).x[t1], at == word + 56 ? 1u : 0u) << std::hex << at;
    }
}

TEST_F(OwnDeviceTest, rewrites_code_that_harts_have_executed) {
    const Label patch = code.bound_label();
    code.emit(Op::Addi, a2, zero, 1);
    code.emit(Op::Addi, a3, zero, 1);
    const Label write = code.bound_label();
    code.emit(Op::Sd, a1, a0, 0);
    start(2);
    const auto execute = [&](u32 hart) {
        stage.put(hart, patch);
        stage.run(hart, 2);
        return stage.hart(hart).x[a2] * 16 + stage.hart(hart).x[a3];
    };
    EXPECT_EQ(execute(0), 0x11u);
    EXPECT_EQ(execute(1), 0x11u);
    put(value, 0x0030'0693'0020'0613);  // li a2, 2; li a3, 3
    stage.hart(0).x[a0] = send;
    stage.hart(0).x[a1] = code.address(patch);
    stage.put(0, write);
    stage.run(0, 1);
    EXPECT_EQ(execute(0), 0x23u);
    EXPECT_EQ(execute(1), 0x23u);
}

TEST_F(OwnDeviceTest, wakes_a_hart_when_its_time_comes) {
    code.emit(Op::Wfi);
    code.emit(Op::Addi, a0, a0, 1);
    code.emit(Op::Wfi);
    start();
    listen(0);
    stage.hart(0).x[a0] = 0;
    const u64 then = time() + 12'345;
    put(ring_at, then);
    EXPECT_EQ(stage.run(0, 100), StopReason::Wfi);
    EXPECT_EQ(stage.hart(0).x[a0], 0u);
    stage.run(0, 1);
    EXPECT_EQ(stage.hart(0).x[a0], 1u);
    EXPECT_EQ(time(), then);
}

// Hart 1 sleeps already when hart 0 asks for the bell, which cannot wake hart 0.
TEST_F(OwnDeviceTest, wakes_a_hart_that_slept_before_the_time_was_known) {
    code.emit(Op::Wfi);
    code.emit(Op::Csrrs, a0, csr::time, zero);
    const Label stay = code.bound_label();
    code.jump(zero, stay);
    const Label ask = code.bound_label();
    code.emit(Op::Sd, a1, a0, 0);
    code.emit(Op::Wfi);
    start(2);
    listen(1);
    stage.hart(1).x[a0] = 0;
    EXPECT_EQ(stage.run(1, 100), StopReason::Wfi);
    stage.put(0, ask);
    stage.hart(0).x[a0] = ring_at;
    stage.hart(0).x[a1] = 50'000;
    const ScheduleSpec spec = *ScheduleSpec::parse("round-robin:100");
    EXPECT_EQ(stage.machine->run_scheduled(*spec.make(1, 2), 4), MachineStop::Deadline);
    EXPECT_EQ(stage.hart(1).x[a0], 50'000u);
}

// A thread a hart: the host's time, and time that jumps.
TEST_F(OwnDeviceTest, wakes_harts_that_run_in_parallel) {
    for (const auto& [mode, ticks] : {std::pair{TimeMode::Host, u64{20'000}},
                                      std::pair{TimeMode::Warp, 3600 * time_frequency}}) {
        SCOPED_TRACE(ticks);
        stage.code = Assembler(ram_base.value);
        Label hart_1 = code.label();
        code.branch(Op::Bne, a0, zero, hart_1);
        code.emit(Op::Sd, a3, a2, 0);
        const Label sleep = code.bound_label();
        code.emit(Op::Wfi);
        code.jump(zero, sleep);
        code.bind(hart_1);
        code.emit(Op::Wfi);
        code.emit(Op::Sw, a3, a2, 0);
        code.jump(zero, sleep);
        start(2, mode);
        listen(1);
        stage.hart(0).x[a2] = ring_at;
        stage.hart(0).x[a3] = time() + ticks;
        stage.hart(1).x[a2] = 0x10'0000;  // the finisher
        stage.hart(1).x[a3] = 0x5555;
        const u64 then = stage.hart(0).x[a3];
        EXPECT_EQ(stage.machine->run_parallel(std::chrono::seconds(60), WhenIdle::Stop),
                  MachineStop::Finished);
        EXPECT_GE(time(), then);
    }
}

// A hart that counts is interrupted behind the same instruction, however its turns are cut.
TEST_F(OwnDeviceTest, its_time_comes_behind_the_same_instruction_whatever_the_turns) {
    std::optional<u64> counted;
    for (const u64 turn : {100'000u, 1u, 7u, 64u, 4'001u}) {
        stage.code = Assembler(ram_base.value);
        const Label loop = code.bound_label();
        code.emit(Op::Addi, a0, a0, 1);
        code.jump(zero, loop);
        code.align(64);
        const Label handler = code.bound_label();
        code.jump(zero, handler);
        start();
        listen(0);
        stage.hart(0).csr.mie = csr::mei;
        stage.hart(0).csr.mstatus |= csr::status_mie;
        stage.hart(0).csr.mtvec = code.address(handler);
        stage.hart(0).x[a0] = 0;
        put(ring_at, 123);
        for (u64 n = 0; n < 20'000 && stage.hart(0).csr.mcause == 0; n += turn) {
            stage.run(0, turn);
        }
        EXPECT_EQ(stage.hart(0).csr.mcause, u64{1} << 63 | 11);
        const u64 a = stage.hart(0).x[a0];
        EXPECT_EQ(counted.value_or(a), a) << turn;
        counted = a;
    }
    EXPECT_EQ(counted, 12'300u / 2);
}

class Listener final : public ObserverOf<Listener> {
public:
    bool may_access(Hart&, PhysAddr at, unsigned, Contact contact) override {
        contacts.emplace_back(at.value, contact);
        return true;
    }
    void on_device_store(Hart&, PhysAddr at, unsigned, u64 word) override {
        stores.emplace_back(at.value, word);
    }
    std::vector<std::pair<u64, Contact>> contacts;
    std::vector<std::pair<u64, u64>> stores;
};

TEST_F(OwnDeviceTest, observers_see_its_accesses_as_a_devices) {
    code.emit(Op::Sd, a1, a0, 0);
    code.emit(Op::Ld, a2, a0, 0);
    start();
    Listener listener;
    stage.machine->set_observers({&listener});
    stage.machine->hart({0}).asked_first = true;  // may_access() is asked
    stage.hart(0).x[a0] = value;
    stage.hart(0).x[a1] = 9;
    stage.run(0, 2);
    EXPECT_EQ(listener.stores, (std::vector<std::pair<u64, u64>>{{value, 9}}));
    EXPECT_EQ(listener.contacts, (std::vector<std::pair<u64, Contact>>{{value, Contact::Device},
                                                                       {value, Contact::Device}}));
}

TEST(OwnDeviceLineTest, a_line_that_cannot_be_is_refused) {
    Assembler code(ram_base.value);
    code.emit(Op::Wfi);
    const auto image = ElfImage::parse(elf_around(code.finish(), ram_base.value), "test");
    ASSERT_TRUE(image.has_value());
    const auto refused = [&](std::vector<DeviceLine> lines) -> std::string {
        MachineConfig config;
        config.memory = u64{4} << 20;
        config.devices = std::move(lines);
        const auto machine = Machine::create(config, *image);
        return machine ? "no" : machine.error().message;
    };
    const auto at = [](u64 base, u64 size, u32 interrupt) {
        return DeviceLine{{{base}, size}, interrupt, line.make};
    };
    EXPECT_EQ(refused({at(0x1001'0000, 0x1000, 0), at(0x1001'1000, 0x1000, 0)}), "no");
    EXPECT_EQ(refused({at(0x1000'00f0, 0x1000, 0)}),
              "the device at 0x100000f0 takes 4096 bytes, up to where something else stands: "
              "0x10000000 to 0x10000100");
    EXPECT_EQ(refused({at(0x803f'f000, 0x1000, 0)}),
              "the device at 0x803ff000 takes 4096 bytes, up to where something else stands: "
              "0x80000000 to 0x80400000");
    EXPECT_EQ(refused({at(0x1001'0000, 0x1000, 0), at(0x1001'0ff8, 0x1000, 0)}),
              "the device at 0x10010ff8 takes 4096 bytes, up to where something else stands: "
              "0x10010000 to 0x10011000");
    EXPECT_EQ(refused({at(0x1001'0000, 0, 0)}),
              "a device of 0 bytes at 0x10010000: a range of addresses is expected");
    EXPECT_EQ(refused({at(0x1001'0000, 0x1000, 96)}),
              "the device at 0x10010000 has interrupt 96: 0 to 95 are expected");
}

}  // namespace
}  // namespace stampede
