// Registers: virtio 1.2, 4.2.2 and, for legacy drivers, 4.2.4. What is left open there (empty
// slots, sizes, what lies behind 0x200, the vendor): hw/virtio/virtio-mmio.c of QEMU 7.2.
#include "harts/devices/virtio/virtio_mmio.h"

#include <gmock/gmock.h>

#include "harts/devices/virtio/virtio_driver.h"

namespace stampede {
namespace {

constexpr u64 plic = 0xc00'0000;

class VirtioMmioTest : public testing::TestWithParam<VirtioVersion> {
protected:
    explicit VirtioMmioTest(u64 latency = 0)
        : board(2, {}, {GetParam(), {{.image = numbered_image(4096), .latency = latency}}}),
          driver(board.bus, board.memory, GetParam()) {
        EXPECT_TRUE(board.bus.store(hart_0, {plic + 4}, 4, 1));
        EXPECT_TRUE(board.bus.store(hart_0, {plic + 0x2080}, 4, 2));
    }
    bool is_legacy() const { return GetParam() == VirtioVersion::Legacy; }
    // Whether hart 0 is interrupted; it takes the interrupt.
    bool interrupted() {
        const bool claimed = board.bus.load(hart_0, {plic + 0x20'1004}, 4) == 1u;
        EXPECT_TRUE(board.bus.store(hart_0, {plic + 0x20'1004}, 4, 1));
        return claimed;
    }

    TestBoard board;
    VirtioDriver driver;
};
INSTANTIATE_TEST_SUITE_P(Versions, VirtioMmioTest,
                         testing::Values(VirtioVersion::Legacy, VirtioVersion::Modern),
                         [](const auto& info) {
                             return info.param == VirtioVersion::Legacy ? "legacy" : "modern";
                         });

TEST_P(VirtioMmioTest, says_what_it_is) {
    EXPECT_EQ(driver.get(0x00), 0x7472'6976u);
    EXPECT_EQ(driver.get(0x04), is_legacy() ? 1u : 2u);
    EXPECT_EQ(driver.get(0x08), 2u);
    EXPECT_EQ(driver.get(0x0c), 0x554d'4551u);
    EXPECT_EQ(driver.get(0x34), 1024u);
    driver.set(0x30, 1);  // there is no second queue
    EXPECT_EQ(driver.get(0x34), 0u);
    EXPECT_EQ(driver.get(0x100), 8u);  // sectors
    EXPECT_EQ(board.bus.load(hart_0, {VirtioDriver::base + 0x100}, 8), 8u);
    EXPECT_EQ(board.bus.load(hart_0, {VirtioDriver::base + 0x100}, 1), 8u);
}

TEST_P(VirtioMmioTest, an_empty_slot_has_a_device_of_no_kind) {
    for (u64 slot = 1; slot < 8; ++slot) {
        const u64 base = VirtioDriver::base + 0x1000 * slot;
        EXPECT_TRUE(board.bus.store(hart_0, {base + 0x70}, 4, 1));
        for (u64 offset = 0; offset < 0x200; offset += 4) {
            const u64 expected = offset == 0    ? 0x7472'6976
                                 : offset == 4  ? static_cast<u64>(GetParam())
                                 : offset == 12 ? 0x554d'4551
                                                : 0;
            EXPECT_EQ(board.bus.load(hart_0, {base + offset}, 4), expected) << offset;
        }
    }
}

TEST_P(VirtioMmioTest, registers_are_of_four_bytes_and_end_at_0x200) {
    EXPECT_EQ(board.bus.load(hart_0, {VirtioDriver::base}, 2), 0u);
    EXPECT_EQ(board.bus.load(hart_0, {VirtioDriver::base + 8}, 8), 0x554d'4551'0000'0002u);
    EXPECT_TRUE(board.bus.store(hart_0, {VirtioDriver::base + 0x70}, 1, 1));
    EXPECT_EQ(driver.get(0x70), 0u);
    EXPECT_EQ(board.bus.load(hart_0, {VirtioDriver::base + 0x200}, 4), std::nullopt);
    EXPECT_FALSE(board.bus.store(hart_0, {VirtioDriver::base + 0x200}, 4, 0));
}

TEST_P(VirtioMmioTest, takes_the_features_that_it_has_offered_only) {
    const auto offered = [&](u32 half) {
        driver.set(0x14, half);
        return driver.get(0x10);
    };
    constexpr u32 flush = 1 << 9, any_layout = 1 << 27;
    EXPECT_EQ(offered(0), is_legacy() ? flush | any_layout : flush);
    EXPECT_EQ(offered(1), is_legacy() ? 0u : 1u);  // VERSION_1
    EXPECT_EQ(offered(2), 0u);
    driver.set(0x24, 0);
    driver.set(0x20, flush);
    driver.set(0x70, 11);
    EXPECT_EQ(driver.get(0x70), 11u);
    driver.set(0x20, flush | 1 << 28);  // indirect descriptors
    driver.set(0x70, 11);
    EXPECT_EQ(driver.get(0x70), 3u);
}

TEST_P(VirtioMmioTest, each_completion_interrupts_whether_it_is_acknowledged_or_not) {
    driver.start();
    for (int n = 0; n < 3; ++n) {
        EXPECT_FALSE(interrupted());
        EXPECT_EQ(driver.read(0, 512), VirtioDriver::ok);
        EXPECT_EQ(driver.get(0x60), 1u);
        EXPECT_TRUE(interrupted());
    }
    driver.set(0x64, 1);
    EXPECT_EQ(driver.get(0x60), 0u);
    EXPECT_EQ(driver.read(0, 512), VirtioDriver::ok);
    EXPECT_EQ(driver.get(0x60), 1u);
    EXPECT_TRUE(interrupted());
}

TEST_P(VirtioMmioTest, a_completion_while_the_last_one_is_served_interrupts_afterwards) {
    driver.start();
    EXPECT_EQ(driver.read(0, 512), VirtioDriver::ok);
    EXPECT_EQ(board.bus.load(hart_0, {plic + 0x20'1004}, 4), 1u);
    EXPECT_EQ(driver.read(0, 512), VirtioDriver::ok);
    EXPECT_TRUE(board.bus.store(hart_0, {plic + 0x20'1004}, 4, 1));
    EXPECT_TRUE(interrupted());
}

TEST_P(VirtioMmioTest, a_driver_that_wants_no_interrupts_gets_none) {
    driver.start();
    driver.store(driver.places.available, u16{1});  // VIRTQ_AVAIL_F_NO_INTERRUPT
    EXPECT_EQ(driver.read(0, 512), VirtioDriver::ok);
    EXPECT_EQ(driver.used(), 1u);
    EXPECT_EQ(driver.get(0x60), 0u);
    EXPECT_FALSE(interrupted());
}

TEST_P(VirtioMmioTest, serves_all_that_is_available_with_one_notification) {
    driver.start();
    driver.prepare(VirtioDriver::in, 1, 512, VirtioDriver::write);
    driver.make_available(0);
    driver.make_available(0);
    EXPECT_EQ(driver.used(), 0u);
    driver.notify();
    EXPECT_EQ(driver.used(), 3u);
    driver.notify();
    EXPECT_EQ(driver.used(), 3u);
}

TEST_P(VirtioMmioTest, a_queue_that_is_not_ready_or_not_there_is_not_served) {
    driver.start();
    driver.prepare(VirtioDriver::in, 1, 512, VirtioDriver::write);
    driver.set(0x50, 1);
    EXPECT_EQ(driver.used(), 0u);
    driver.set(is_legacy() ? 0x40 : 0x44, 0);
    driver.notify();
    EXPECT_EQ(driver.used(), 0u);
    EXPECT_TRUE(board.misuses.empty());
}

TEST_P(VirtioMmioTest, a_reset_brings_it_back_to_its_beginning) {
    driver.start();
    EXPECT_EQ(driver.read(0, 512), VirtioDriver::ok);
    driver.start();
    driver.store(driver.places.used + 2, u16{0});
    EXPECT_EQ(driver.get(0x60), 0u);
    EXPECT_EQ(driver.read(0, 512), VirtioDriver::ok);
    EXPECT_EQ(driver.used(), 1u);
}

TEST_P(VirtioMmioTest, a_driver_that_breaks_the_rules_is_told_of_and_not_served_until_it_resets) {
    driver.start();
    driver.request({{VirtioDriver::header, 16, VirtioDriver::next, 0}});
    driver.notify();
    EXPECT_EQ(board.misuses.size(), 1u);
    EXPECT_TRUE(driver.needs_reset());
    EXPECT_EQ(driver.get(0x60), 2u);  // a change of configuration
    EXPECT_TRUE(interrupted());
    EXPECT_EQ(driver.read(0, 512), VirtioDriver::untouched);
    driver.set(0x70, 15);
    EXPECT_TRUE(driver.needs_reset());
    EXPECT_EQ(board.misuses.size(), 1u);
    driver.start();
    driver.store(driver.places.used + 2, u16{0});
    EXPECT_FALSE(driver.needs_reset());
    EXPECT_EQ(driver.read(0, 512), VirtioDriver::ok);
}

TEST_P(VirtioMmioTest, its_state_comes_back_with_the_disk) {
    driver.start();
    const Bus::SavedDevices saved = board.bus.save();
    const u64 hash = board.bus.hash(0);
    EXPECT_EQ(driver.write_to(3, 1024), VirtioDriver::ok);  // zeros
    EXPECT_EQ(board.board.disks.at(0)->changed_sectors(), 2u);
    EXPECT_NE(board.bus.hash(0), hash);
    board.bus.restore(saved);
    EXPECT_EQ(board.bus.hash(0), hash);
    EXPECT_EQ(board.board.disks.at(0)->changed_sectors(), 0u);
    driver.made_available = 0;
    driver.store(driver.places.used + 2, u16{0});
    EXPECT_EQ(driver.read(3, 512), VirtioDriver::ok);
    EXPECT_EQ(driver.used(), 1u);
    EXPECT_EQ(driver.load<u8>(VirtioDriver::data), 0x83);
}

class LateVirtioMmioTest : public VirtioMmioTest {
protected:
    LateVirtioMmioTest() : VirtioMmioTest(50) { driver.start(); }
};
INSTANTIATE_TEST_SUITE_P(Version, LateVirtioMmioTest, testing::Values(VirtioVersion::Modern));

TEST_P(LateVirtioMmioTest, requests_are_done_when_their_time_has_come) {
    board.environment.now = 1000;
    EXPECT_EQ(driver.read(2, 512), VirtioDriver::untouched);
    EXPECT_EQ(board.bus.deadline(), 1050u);
    board.environment.now = 1020;
    driver.notify();
    EXPECT_EQ(board.bus.deadline(), 1050u);
    board.bus.tick({1}, 1049);
    EXPECT_EQ(driver.used(), 0u);
    board.bus.tick({1}, 1050);
    EXPECT_EQ(driver.load<u8>(VirtioDriver::status), VirtioDriver::ok);
    EXPECT_EQ(board.bus.deadline(), Device::never);
    EXPECT_TRUE(interrupted());
}

TEST_P(LateVirtioMmioTest, what_is_under_way_comes_back_and_a_reset_ends_it) {
    board.environment.now = 1000;
    EXPECT_EQ(driver.read(2, 512), VirtioDriver::untouched);
    const Bus::SavedDevices saved = board.bus.save();
    driver.set(0x70, 0);
    EXPECT_EQ(board.bus.deadline(), Device::never);
    board.bus.restore(saved);
    EXPECT_EQ(board.bus.deadline(), 1050u);
    board.bus.tick({1}, 1050);
    EXPECT_EQ(driver.load<u8>(VirtioDriver::status), VirtioDriver::ok);
}

TEST_P(LateVirtioMmioTest, who_has_notified_is_named_not_who_was_there) {
    driver.request({{VirtioDriver::header, 16, VirtioDriver::next, 0}});
    driver.notify();
    board.bus.tick({1}, 50);
    ASSERT_EQ(board.misuses.size(), 1u);
    EXPECT_THAT(board.misuses.front(), testing::EndsWith("(hart 0 has notified)"));
}

}  // namespace
}  // namespace stampede
