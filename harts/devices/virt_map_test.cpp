// Addresses and interrupts: the device tree that QEMU 7.2's virt dumps of itself.
#include "harts/devices/virt_map.h"

#include <gmock/gmock.h>

#include "harts/devices/clint.h"
#include "harts/devices/test_doubles.h"

namespace stampede {
namespace {

struct Place {
    std::string_view name;
    u64 base, size;
    u32 interrupt;
    friend bool operator==(const Place&, const Place&) = default;
};

std::vector<Place> places(const Bus& bus) {
    std::vector<Place> all;
    for (const Bus::Mapping& mapping : bus.mappings()) {
        all.push_back({mapping.device->name(), mapping.range.base.value, mapping.range.size,
                       mapping.interrupt});
    }
    return all;
}

TEST(VirtMap, stands_where_qemu_virt_has_it) {
    const TestBoard board(1);
    std::vector<Place> expected{
        {"clint", 0x200'0000, 0x1'0000, 0},   {"plic", 0xc00'0000, 0x60'0000, 0},
        {"finisher", 0x10'0000, 0x1000, 0},   {"rtc", 0x10'1000, 0x1000, 11},
        {"uart", 0x1000'0000, 0x100, 10},     {"pcie", 0x3000'0000, 0x1000'0000, 0},
        {"pcie", 0x4000'0000, 0x4000'0000, 0}};
    for (u32 slot = 0; slot < 8; ++slot) {
        expected.push_back({"virtio", 0x1000'1000 + 0x1000 * slot, 0x1000, 1 + slot});
    }
    EXPECT_THAT(places(board.bus), testing::UnorderedElementsAreArray(expected));
}

TEST(VirtMap, makers_leave_what_others_need) {
    TestBoard board(2);
    ASSERT_NE(board.board.clint, nullptr);
    ASSERT_NE(board.board.plic, nullptr);
    EXPECT_EQ(board.bus.device_at({0x200'0000}), static_cast<const Device*>(board.board.clint));
    board.environment.type("x");
    // the UART's receive interrupt, and with it what waited
    EXPECT_TRUE(board.bus.store(hart_0, {0x1000'0001}, 1, 1));
    EXPECT_EQ(board.bus.load(hart_0, {0x1000'0000}, 1), 'x');
    board.environment.type("y");
    board.board.input_ready();
    EXPECT_EQ(board.bus.load(hart_0, {0x1000'0000}, 1), 'y');
    EXPECT_TRUE(board.bus.store(hart_0, {0x1000'0000}, 1, 'z'));
    EXPECT_EQ(board.output, "z");
}

TEST(VirtMap, every_device_comes_back_and_shows_in_the_hash) {
    TestBoard board(3);
    const Bus::SavedDevices saved = board.bus.save();
    const u64 hash = board.bus.hash(0);
    const auto spoil = [&](u64 address, unsigned size, u64 value) {
        EXPECT_TRUE(board.bus.store(hart_0, {address}, size, value));
        const u64 spoilt = board.bus.hash(0);
        EXPECT_NE(spoilt, hash) << std::hex << address;
        board.bus.restore(saved);
        EXPECT_EQ(board.bus.hash(0), hash) << std::hex << address;
    };
    spoil(0x200'4010, 8, 7);        // mtimecmp of hart 2
    spoil(0x200'0008, 4, 1);        // its msip
    spoil(0x200'bff8, 8, 9);        // mtime
    spoil(0xc00'0028, 4, 3);        // a priority
    spoil(0xc00'2280, 4, 0x400);    // what the last context enables
    spoil(0xc20'5000, 4, 3);        // its threshold
    spoil(0x10'0000, 4, 0x9'3333);  // the finisher
    spoil(0x10'1010, 4, 1);         // the clock's interrupt
    spoil(0x1000'0007, 1, 5);       // the UART's scratch register
}

}  // namespace
}  // namespace stampede
