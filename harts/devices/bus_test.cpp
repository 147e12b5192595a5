#include "harts/devices/bus.h"

#include <gtest/gtest.h>

#include <array>

namespace stampede {
namespace {

constexpr HartId hart{3};
constexpr AddressRange range{{0x4000}, 0x20};

// Sixteen byte registers that accept any size; the upper half of its range refuses.
class ByteDevice final : public Device {
public:
    std::string_view name() const override { return "bytes"; }
    std::optional<u64> load(HartId from, u64 offset, unsigned size) override {
        last_hart = from;
        ++accesses;
        EXPECT_EQ(offset % size, 0u);
        if (offset + size > bytes.size()) {
            return std::nullopt;
        }
        u64 value = 0;
        for (unsigned i = 0; i < size; ++i) {
            value |= u64{bytes[offset + i]} << (8 * i);
        }
        return value;
    }
    bool store(HartId from, u64 offset, unsigned size, u64 value) override {
        last_hart = from;
        ++accesses;
        EXPECT_EQ(offset % size, 0u);
        if (offset + size > bytes.size()) {
            return false;
        }
        for (unsigned i = 0; i < size; ++i) {
            bytes[offset + i] = static_cast<u8>(value >> (8 * i));
        }
        return true;
    }
    void save(StateWriter& to) const override { to.put(bytes); }
    void restore(StateReader& from) override {
        from.take(bytes);
        ++restored;
    }
    DeviceNode describe() const override { return {.name = "bytes", .compatible = {}}; }
    u64 deadline() const override { return due; }
    void tick(HartId by, u64 now) override {
        last_hart = by;
        ticked.push_back(now);
        due = never;
    }

    std::array<u8, 16> bytes{0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
                             0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f};
    HartId last_hart;
    unsigned accesses = 0, restored = 0;
    u64 due = never;
    std::vector<u64> ticked;
};

class BusTest : public testing::Test {
protected:
    BusTest() { bus.map(range, device); }
    ByteDevice device;
    Bus bus;
};

TEST_F(BusTest, a_device_sees_its_own_offset_and_the_hart_that_asks) {
    EXPECT_EQ(bus.load(hart, {0x4004}, 4), 0x17161514u);
    EXPECT_EQ(device.last_hart, hart);
    EXPECT_TRUE(bus.store(hart, {0x4008}, 2, 0xbeef));
    EXPECT_EQ(device.bytes[8], 0xef);
    EXPECT_EQ(device.bytes[9], 0xbe);
}

TEST_F(BusTest, addresses_without_a_device_are_access_faults) {
    for (const u64 address : {0x0ull, 0x3ff8ull, 0x4020ull, 0xffff'ffff'ffff'fff8ull}) {
        EXPECT_EQ(bus.load(hart, {address}, 8), std::nullopt) << std::hex << address;
        EXPECT_FALSE(bus.store(hart, {address}, 8, 1)) << std::hex << address;
        EXPECT_EQ(bus.device_at({address}), nullptr);
    }
    EXPECT_EQ(device.accesses, 0u);
}

TEST_F(BusTest, what_a_device_refuses_is_an_access_fault) {
    EXPECT_EQ(bus.load(hart, {0x4010}, 4), std::nullopt);
    EXPECT_FALSE(bus.store(hart, {0x4010}, 4, 1));
    EXPECT_EQ(bus.device_at({0x4010}), &device);
}

TEST_F(BusTest, a_misaligned_load_merges_the_two_aligned_loads_around_it) {
    EXPECT_EQ(bus.load(hart, {0x4001}, 2), 0x1211u);
    EXPECT_EQ(bus.load(hart, {0x4003}, 4), 0x16151413u);
    EXPECT_EQ(device.accesses, 4u);
    EXPECT_EQ(bus.load(hart, {0x4007}, 8), 0x1e1d1c1b1a191817u);
    EXPECT_EQ(bus.load(hart, {0x400d}, 4), std::nullopt);  // its second half is refused
}

TEST_F(BusTest, a_misaligned_store_is_single_bytes) {
    EXPECT_TRUE(bus.store(hart, {0x4003}, 4, 0xddccbbaa));
    EXPECT_EQ(device.accesses, 4u);
    EXPECT_EQ(bus.load(hart, {0x4000}, 8), 0x17ddccbbaa121110u);
    EXPECT_FALSE(bus.store(hart, {0x400e}, 4, 0));  // the third byte is refused
}

TEST_F(BusTest, several_devices_answer_in_their_own_ranges_and_all_are_hashed) {
    ByteDevice other;
    other.bytes[0] = 0x99;
    bus.map({{0x4020}, 0x10}, other);
    EXPECT_EQ(bus.load(hart, {0x4020}, 1), 0x99u);
    EXPECT_EQ(bus.load(hart, {0x4000}, 1), 0x10u);
    const u64 before = bus.hash(1);
    EXPECT_EQ(bus.hash(1), before);
    other.bytes[0] = 0x98;
    EXPECT_NE(bus.hash(1), before);
}

TEST_F(BusTest, only_devices_that_have_changed_are_restored) {
    ByteDevice other;
    bus.map({{0x4020}, 0x10}, other);
    const Bus::SavedDevices saved = bus.save();
    const u64 hash = bus.hash(1);
    other.bytes[15] = 0x98;
    EXPECT_NE(bus.hash(1), hash);
    bus.restore(saved);
    EXPECT_EQ(other.bytes[15], 0x1f);
    EXPECT_EQ(bus.hash(1), hash);
    EXPECT_EQ(device.restored, 0u);
    EXPECT_EQ(other.restored, 1u);
    bus.restore(saved);
    EXPECT_EQ(other.restored, 1u);
}

TEST_F(BusTest, the_earliest_deadline_is_the_buses) {
    ByteDevice other;
    bus.map({{0x4020}, 0x10}, other);
    EXPECT_EQ(bus.deadline(), Device::never);
    device.due = 70;
    other.due = 50;
    bus.deadline_changed();
    EXPECT_EQ(bus.deadline(), 50u);
}

TEST_F(BusTest, devices_whose_time_has_come_are_ticked_and_no_others) {
    ByteDevice other;
    bus.map({{0x4020}, 0x10}, other);
    device.due = 70;
    other.due = 50;
    bus.tick(hart, 50);
    EXPECT_EQ(other.ticked, std::vector<u64>{50});
    EXPECT_EQ(other.last_hart, hart);
    EXPECT_TRUE(device.ticked.empty());
    EXPECT_EQ(bus.deadline(), 70u);
    bus.tick(hart, 80);
    EXPECT_EQ(device.ticked, std::vector<u64>{80});
    EXPECT_EQ(other.ticked.size(), 1u);
    EXPECT_EQ(bus.deadline(), Device::never);
}

TEST_F(BusTest, a_deadline_that_a_restored_device_brings_back_counts) {
    device.due = 70;
    const Bus::SavedDevices saved = bus.save();
    bus.restore(saved);
    EXPECT_EQ(bus.deadline(), 70u);
}

}  // namespace
}  // namespace stampede
