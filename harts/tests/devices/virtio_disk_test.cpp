// The disk in a whole machine: what its stores to RAM do there, snapshots, harts in parallel.
#include <gmock/gmock.h>

#include <chrono>

#include "harts/access/guest_store.h"
#include "harts/core/observer.h"
#include "harts/devices/virtio/disk.h"
#include "harts/devices/virtio/virtio_driver.h"
#include "harts/machine/snapshot.h"
#include "harts/tests/several_harts/stage.h"

namespace stampede {
namespace {

using namespace programs;
using isa::Op;
using several_harts::Stage;
using Driver = VirtioDriver;

// RAM as the test's driver reaches it, while harts are parked.
class StageMemory final : public DeviceMemory {
public:
    explicit StageMemory(Stage& stage) : stage_(stage) {}
    bool store(HartId, PhysAddr to, std::span<const u8> bytes) override {
        return guest_store(stage_.context(), to, bytes).has_value();
    }
    bool load(PhysAddr from, std::span<u8> bytes) const override {
        if (contains(from, bytes.size())) {
            stage_.machine->ram().copy_out(from, bytes);
            return true;
        }
        return false;
    }
    bool contains(PhysAddr at, u64 size) const override {
        return stage_.machine->ram().contains(at, size);
    }

private:
    Stage& stage_;
};

constexpr u64 ring = 0x8010'0000;

class VirtioDiskTest : public testing::Test {
protected:
    // Hart 0 is about to notify.
    void start(unsigned harts = 1, u64 latency = 0, TimeMode time = TimeMode::Counted) {
        stage.start({.harts = harts,
                     .memory = u64{4} << 20,
                     .time = time,
                     .bootargs = {},
                     .permits = 0,
                     .devices = {},
                     .virtio = {VirtioVersion::Modern,
                                {{.image = numbered_image(8192), .latency = latency}}}});
        driver.emplace(stage.context().bus, memory, VirtioVersion::Modern);
        driver->start(8, {ring, ring + 0x100, ring + 0x200});
        for (u32 hart = 0; hart < harts; ++hart) {
            ASSERT_TRUE(stage.context().bus.store({0}, {0x200'4000 + 8 * hart}, 8, ~u64{0}));
        }
        stage.hart(0).x[a0] = Driver::notify_register;
        stage.hart(0).x[a1] = 0;
    }
    const Disk& disk() const { return stage.machine->disk(0); }

    Stage stage;
    Assembler& code = stage.code;
    StageMemory memory{stage};
    std::optional<VirtioDriver> driver;
};

class Listener final : public ObserverOf<Listener> {
public:
    void on_outside_store(PhysAddr at, std::span<const u8> bytes) override {
        heard.emplace_back(at.value, bytes.size());
    }
    std::vector<std::pair<u64, u64>> heard;
};

TEST_F(VirtioDiskTest, serves_within_the_instruction_and_observers_hear_of_its_stores) {
    code.emit(Op::Sw, a1, a0, 0);
    start();
    driver->prepare(Driver::in, 3, 1024, Driver::write);
    Listener listener;
    stage.machine->set_observers({&listener});
    stage.run(0, 1);
    EXPECT_EQ(stage.load(Driver::data) & 0xffff, 0x0183u);
    EXPECT_EQ(listener.heard, (std::vector<std::pair<u64, u64>>{{Driver::data, 1024},
                                                                {Driver::status, 1},
                                                                {driver->places.used + 4, 8},
                                                                {driver->places.used + 2, 2}}));
}

TEST_F(VirtioDiskTest, breaks_reservations_by_what_it_reads) {
    code.emit(Op::LrD, t0, a2);
    code.emit(Op::Sw, a1, a0, 0);
    code.emit(Op::ScD, t1, a1, a2);
    start();
    driver->prepare(Driver::in, 3, 512, Driver::write);
    stage.hart(0).x[a2] = Driver::data + 64;
    stage.run(0, 3);
    EXPECT_EQ(stage.hart(0).x[t1], 1u);
}

TEST_F(VirtioDiskTest, reads_code_that_harts_have_executed) {
    const Label patch = code.bound_label();
    code.emit(Op::Addi, a2, zero, 1);
    const Label notify = code.bound_label();
    code.emit(Op::Sw, a1, a0, 0);
    start(2);
    const auto execute = [&](u32 hart) {
        stage.put(hart, patch);
        stage.run(hart, 1);
        return stage.hart(hart).x[a2];
    };
    EXPECT_EQ(execute(0), 1u);
    EXPECT_EQ(execute(1), 1u);
    // onto the disk: li a2, 2, and the notification again
    const u64 at = code.address(patch);
    driver->store(Driver::data, u32{0x0020'0613});
    driver->store(Driver::data + 4, driver->load<u32>(at + 4));
    EXPECT_EQ(driver->write_to(0, 512), Driver::ok);
    driver->prepare(Driver::in, 0, 512, Driver::write);
    driver->put(1, {at, 512, Driver::next | Driver::write, 2});
    stage.put(0, notify);
    stage.run(0, 1);
    EXPECT_EQ(execute(0), 2u);
    EXPECT_EQ(execute(1), 2u);
}

TEST_F(VirtioDiskTest, goes_back_with_a_snapshot_and_shows_in_the_hash) {
    code.emit(Op::Sw, a1, a0, 0);
    start();
    driver->prepare(Driver::out, 5, 1024, 0);
    Snapshot snapshot(*stage.machine);
    const u64 hash = stage.machine->state_hash(), registers = stage.machine->register_hash();
    std::optional<u64> written;
    for (int n = 0; n < 3; ++n) {
        stage.run(0, 1);
        EXPECT_EQ(disk().changed_sectors(), 2u);
        EXPECT_NE(stage.machine->register_hash(), registers);
        EXPECT_EQ(written.value_or(stage.machine->state_hash()), stage.machine->state_hash());
        written = stage.machine->state_hash();
        snapshot.restore();
        EXPECT_EQ(disk().changed_sectors(), 0u);
        EXPECT_EQ(stage.machine->state_hash(), hash);
    }
}

TEST_F(VirtioDiskTest, wakes_a_hart_when_a_late_request_is_done) {
    code.emit(Op::Sw, a1, a0, 0);
    code.emit(Op::Wfi);
    code.emit(Op::Csrrs, a2, csr::time, zero);
    start(1, 12'345);
    ASSERT_TRUE(stage.context().bus.store({0}, {0xc00'0004}, 4, 1));
    ASSERT_TRUE(stage.context().bus.store({0}, {0xc00'2000}, 4, 2));
    stage.hart(0).csr.mie = csr::mei;
    driver->prepare(Driver::in, 3, 512, Driver::write);
    const u64 then = stage.machine->time() + 12'345;
    stage.run(0, 1);
    EXPECT_EQ(driver->used(), 0u);
    EXPECT_EQ(stage.run(0, 100), StopReason::Wfi);
    stage.run(0, 1);
    EXPECT_EQ(stage.hart(0).x[a2], then);
    EXPECT_EQ(driver->used(), 1u);
}

class Misuses final : public HartEvents {
public:
    void on_device_misuse(const HartState& state, std::string_view device,
                          std::string_view misuse) override {
        told.push_back(std::to_string(state.id.value) + " " + std::string(device) + " " +
                       std::string(misuse));
    }
    std::vector<std::string> told;
};

TEST_F(VirtioDiskTest, what_no_driver_may_ask_is_told_with_the_hart) {
    code.emit(Op::Sw, a1, a0, 0);
    start(2);
    Misuses misuses;
    stage.machine->set_events(&misuses);
    driver->make_available(8);
    stage.hart(1).x[a0] = Driver::notify_register;
    stage.hart(1).x[a1] = 0;
    stage.run(1, 1);
    EXPECT_THAT(misuses.told,
                testing::ElementsAre("1 virtio-blk descriptor 8 is asked for: 0 to 7, those of the "
                                     "virtqueue, are expected"));
}

// Hart 0 has one request after the other done, while hart 1 notifies all the time: whoever comes
// first serves, and nothing is lost or done twice.
TEST_F(VirtioDiskTest, harts_that_notify_at_once_take_turns) {
    constexpr u64 requests = 2000;
    Label hart_1 = code.label();
    code.branch(Op::Bne, a0, zero, hart_1);
    const Label request = code.bound_label();
    code.emit(Op::Addi, s0, s0, 1);
    code.raw_word(0x0ff0'000f);    // fence
    code.emit(Op::Sh, s0, s2, 2);  // available
    code.raw_word(0x0ff0'000f);    // fence
    code.emit(Op::Sw, zero, s4, 0);
    const Label wait = code.bound_label();
    code.emit(Op::Lhu, t0, s3, 2);  // used
    code.branch(Op::Bne, t0, s0, wait);
    code.branch(Op::Bne, s0, s5, request);
    code.load_immediate(t0, 0x5555);
    code.load_immediate(t1, 0x10'0000);
    code.emit(Op::Sw, t0, t1, 0);
    code.bind(hart_1);
    const Label again = code.bound_label();
    code.emit(Op::Sw, zero, s4, 0);
    code.jump(zero, again);
    start(2, 0, TimeMode::Host);
    driver->prepare(Driver::out, 5, 512, 0);
    driver->store(driver->places.available + 2, u16{0});
    for (u32 hart = 0; hart < 2; ++hart) {
        stage.hart(hart).x[a0] = hart;
        stage.hart(hart).x[s0] = 0;
        stage.hart(hart).x[s2] = driver->places.available;
        stage.hart(hart).x[s3] = driver->places.used;
        stage.hart(hart).x[s4] = Driver::notify_register;
        stage.hart(hart).x[s5] = requests;
    }
    EXPECT_EQ(stage.machine->run_parallel(std::chrono::seconds(120)), MachineStop::Finished);
    EXPECT_EQ(driver->used(), requests);
    EXPECT_FALSE(driver->needs_reset());
}

TEST(VirtioDisksTest, there_are_no_more_than_slots) {
    Assembler code(ram_base.value);
    code.emit(Op::Wfi);
    const auto image = ElfImage::parse(elf_around(code.finish(), ram_base.value), "test");
    MachineConfig config;
    config.memory = u64{4} << 20;
    config.virtio.disks.assign(8, {.image = numbered_image(512)});
    EXPECT_TRUE(Machine::create(config, *image).has_value());
    config.virtio.disks.push_back(config.virtio.disks.front());
    const auto refused = Machine::create(config, *image);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().message, "9 disks: at most 8 are expected");
}

}  // namespace
}  // namespace stampede
