// A driver that gives the disk what it may not: a guest of one store, which notifies.
#include <gmock/gmock.h>

#include "harts/core/hart.h"
#include "harts/core/machine_context.h"
#include "harts/devices/virtio/virtio_driver.h"
#include "harts/machine/snapshot.h"
#include "harts/memory/ram.h"
#include "harts/oracles/oracles.h"
#include "harts/tests/programs/assembler.h"
#include "harts/tests/programs/elf_writer.h"

namespace stampede {
namespace {

using namespace programs;
using isa::Op;
using testing::ElementsAre;
using testing::IsEmpty;

class RamMemory final : public DeviceMemory {
public:
    explicit RamMemory(Ram& ram) : ram_(ram) {}
    bool store(HartId, PhysAddr to, std::span<const u8> bytes) override {
        ram_.copy_in(to, bytes);
        return true;
    }
    bool load(PhysAddr from, std::span<u8> bytes) const override {
        ram_.copy_out(from, bytes);
        return true;
    }
    bool contains(PhysAddr at, u64 size) const override { return ram_.contains(at, size); }

private:
    Ram& ram_;
};

class DeviceOracleTest : public testing::Test {
protected:
    DeviceOracleTest() {
        Assembler code(ram_base.value);
        const Label again = code.bound_label();
        code.emit(Op::Sw, zero, a0, 0);
        code.jump(zero, again);
        image = ElfImage::parse(elf_around(code.finish(), ram_base.value), "notifies").value();
        MachineConfig config;
        config.harts = 2;
        config.memory = u64{4} << 20;
        config.time = TimeMode::Counted;
        config.virtio = {VirtioVersion::Modern, {{.image = numbered_image(4096)}}};
        machine = Machine::create(config, *image).value();
        oracles.emplace(*machine, *image, console, OracleSetup{.drive = Drive::OneThread});
        memory.emplace(machine->ram());
        driver.emplace(machine->hart({0}).machine.bus, *memory, VirtioVersion::Modern);
        driver->start(8, {ring, ring + 0x100, ring + 0x200});
        machine->hart({1}).own.x[a0] = VirtioDriver::notify_register;
    }
    void notify() { machine->run({1}, 2); }
    void ask_for_sectors_that_are_not_there() {
        driver->prepare(VirtioDriver::in, 100, 512, VirtioDriver::write);
        notify();
    }
    std::vector<Finding> findings() { return oracles->findings({}); }

    static constexpr u64 ring = 0x8010'0000;
    ConsoleLog console;
    std::optional<ElfImage> image;
    std::unique_ptr<Machine> machine;
    std::optional<Oracles> oracles;
    std::optional<RamMemory> memory;
    std::optional<VirtioDriver> driver;
};

TEST_F(DeviceOracleTest, a_driver_that_does_no_wrong_is_no_finding) {
    driver->prepare(VirtioDriver::in, 1, 512, VirtioDriver::write);
    notify();
    EXPECT_EQ(driver->used(), 1u);
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(DeviceOracleTest, what_it_does_wrong_is_a_finding_with_hart_and_place) {
    driver->request({{0x1000'0000, 16, VirtioDriver::next, 1},
                     {VirtioDriver::status, 1, VirtioDriver::write, 0}});
    notify();
    ASSERT_EQ(findings().size(), 1u);
    const Finding finding = findings().front();
    EXPECT_EQ(finding.kind, FindingKind::device_misuse);
    EXPECT_EQ(finding.title,
              "the driver of virtio-blk makes a mistake: descriptor N is N bytes at N: RAM is "
              "expected");
    EXPECT_EQ(finding.detail,
              "virtio-blk: descriptor 0 is 16 bytes at 0x10000000: RAM is expected");
    EXPECT_EQ(finding.where.hart, 1u);
    EXPECT_EQ(finding.where.source.pc, ram_base.value);
}

TEST_F(DeviceOracleTest, the_same_again_is_counted) {
    for (int n = 0; n < 3; ++n) {
        ask_for_sectors_that_are_not_there();
    }
    ASSERT_EQ(findings().size(), 1u);
    EXPECT_EQ(findings().front().count, 3u);
    EXPECT_EQ(oracles->count(), 1u);
}

TEST_F(DeviceOracleTest, goes_back_with_a_snapshot) {
    Snapshot snapshot(*machine, oracles->restorables());
    ask_for_sectors_that_are_not_there();
    EXPECT_EQ(findings().size(), 1u);
    snapshot.restore();
    EXPECT_THAT(findings(), IsEmpty());
}

}  // namespace
}  // namespace stampede
