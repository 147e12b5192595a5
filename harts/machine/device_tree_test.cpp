// What is expected: the dump that QEMU 7.2's virt makes of its own tree, as far as the machines
// agree.
#include "harts/machine/device_tree.h"

#include <gmock/gmock.h>
#include <libfdt.h>

#include <optional>
#include <string>
#include <string_view>

#include "harts/devices/test_doubles.h"

namespace stampede {
namespace {

using testing::ElementsAre;

class Tree {
public:
    explicit Tree(std::vector<u8> bytes) : bytes_(std::move(bytes)) {}

    // The property's bytes; none if node or property is absent.
    [[nodiscard]] std::optional<std::string> raw(const std::string& path,
                                                 const char* property) const {
        const int node = fdt_path_offset(bytes_.data(), path.c_str());
        int length = 0;
        const void* value =
            node < 0 ? nullptr : fdt_getprop(bytes_.data(), node, property, &length);
        if (value == nullptr) {
            return std::nullopt;
        }
        return std::string(static_cast<const char*>(value), static_cast<std::size_t>(length));
    }
    [[nodiscard]] std::string text(const std::string& path, const char* property) const {
        const std::string value = raw(path, property).value_or("(absent)");
        return value.c_str();
    }
    [[nodiscard]] std::vector<u32> cells(const std::string& path, const char* property) const {
        const std::string value = raw(path, property).value_or("");
        std::vector<u32> cells;
        for (std::size_t at = 0; at + 4 <= value.size(); at += 4) {
            cells.push_back(fdt32_ld(reinterpret_cast<const fdt32_t*>(value.data() + at)));
        }
        return cells;
    }
    [[nodiscard]] std::string path_of_phandle(u32 handle) const {
        char path[128] = "";
        const int node = fdt_node_offset_by_phandle(bytes_.data(), handle);
        return node >= 0 && fdt_get_path(bytes_.data(), node, path, sizeof path) == 0 ? path
                                                                                      : "(absent)";
    }
    [[nodiscard]] const std::vector<u8>& bytes() const { return bytes_; }

private:
    std::vector<u8> bytes_;
};

constexpr u64 mebibyte = u64{1} << 20;

std::vector<u8> make_device_tree(unsigned harts, u64 memory, const std::string& bootargs,
                                 std::span<const DeviceLine> more = {}) {
    return stampede::make_device_tree(harts, memory, bootargs, TestBoard(harts, more).bus);
}

TEST(DeviceTree, is_well_formed) {
    for (const unsigned harts : {1u, 2u, 64u}) {
        const Tree tree(make_device_tree(harts, 128 * mebibyte, "run=cowtest"));
        EXPECT_EQ(fdt_check_full(tree.bytes().data(), tree.bytes().size()), 0) << harts;
        EXPECT_EQ(fdt_totalsize(tree.bytes().data()), tree.bytes().size());
    }
}

TEST(DeviceTree, names_the_machine) {
    const Tree tree(make_device_tree(1, 128 * mebibyte, ""));
    EXPECT_EQ(tree.text("/", "compatible"), "riscv-virtio");
    EXPECT_THAT(tree.cells("/", "#address-cells"), ElementsAre(2));
    EXPECT_THAT(tree.cells("/", "#size-cells"), ElementsAre(2));
}

TEST(DeviceTree, carries_bootargs_and_the_console) {
    const Tree tree(make_device_tree(1, 128 * mebibyte, "run=forkbomb ops=7 seed=1"));
    EXPECT_EQ(tree.text("/chosen", "bootargs"), "run=forkbomb ops=7 seed=1");
    EXPECT_EQ(tree.text("/chosen", "stdout-path"), "/soc/serial@10000000");
    const Tree without(make_device_tree(1, 128 * mebibyte, ""));
    EXPECT_EQ(without.raw("/chosen", "bootargs"), std::nullopt);
}

TEST(DeviceTree, holds_long_bootargs) {
    const std::string text(100'000, 'x');
    EXPECT_EQ(Tree(make_device_tree(64, 128 * mebibyte, text)).text("/chosen", "bootargs"), text);
}

TEST(DeviceTree, tells_how_much_memory_there_is) {
    EXPECT_THAT(Tree(make_device_tree(1, 128 * mebibyte, "")).cells("/memory@80000000", "reg"),
                ElementsAre(0, 0x8000'0000, 0, 0x800'0000));
    EXPECT_THAT(Tree(make_device_tree(1, 65536 * mebibyte, "")).cells("/memory@80000000", "reg"),
                ElementsAre(0, 0x8000'0000, 0x10, 0));
}

TEST(DeviceTree, describes_every_hart) {
    const Tree tree(make_device_tree(3, 128 * mebibyte, ""));
    EXPECT_THAT(tree.cells("/cpus", "timebase-frequency"), ElementsAre(10'000'000));
    for (const u32 hart : {0u, 1u, 2u}) {
        const std::string cpu = "/cpus/cpu@" + std::to_string(hart);
        EXPECT_EQ(tree.text(cpu, "device_type"), "cpu");
        EXPECT_THAT(tree.cells(cpu, "reg"), ElementsAre(hart));
        EXPECT_EQ(tree.text(cpu, "riscv,isa"), "rv64imac_zicsr_zifencei_zihintpause_sstc");
        EXPECT_EQ(tree.text(cpu, "mmu-type"), "riscv,sv39");
        EXPECT_EQ(tree.text(cpu + "/interrupt-controller", "compatible"), "riscv,cpu-intc");
    }
    EXPECT_EQ(tree.raw("/cpus/cpu@3", "reg"), std::nullopt);
    // The unit address is hexadecimal.
    EXPECT_THAT(Tree(make_device_tree(64, 128 * mebibyte, "")).cells("/cpus/cpu@3f", "reg"),
                ElementsAre(63));
}

TEST(DeviceTree, puts_devices_where_qemu_virt_has_them) {
    const Tree tree(make_device_tree(1, 128 * mebibyte, ""));
    EXPECT_THAT(tree.cells("/soc/test@100000", "reg"), ElementsAre(0, 0x100000, 0, 0x1000));
    EXPECT_THAT(tree.cells("/soc/clint@2000000", "reg"), ElementsAre(0, 0x2000000, 0, 0x10000));
    EXPECT_THAT(tree.cells("/soc/plic@c000000", "reg"), ElementsAre(0, 0xc000000, 0, 0x600000));
    EXPECT_THAT(tree.cells("/soc/serial@10000000", "reg"), ElementsAre(0, 0x10000000, 0, 0x100));
    EXPECT_EQ(tree.raw("/soc/test@100000", "compatible"),
              std::string("sifive,test1\0sifive,test0\0syscon\0", 33));
    EXPECT_EQ(tree.raw("/soc/clint@2000000", "compatible"),
              std::string("sifive,clint0\0riscv,clint0\0", 27));
    EXPECT_EQ(tree.raw("/soc/plic@c000000", "compatible"),
              std::string("sifive,plic-1.0.0\0riscv,plic0\0", 30));
    EXPECT_EQ(tree.text("/soc/serial@10000000", "compatible"), "ns16550a");
    EXPECT_THAT(tree.cells("/soc/serial@10000000", "interrupts"), ElementsAre(10));
    EXPECT_THAT(tree.cells("/soc/rtc@101000", "reg"), ElementsAre(0, 0x101000, 0, 0x1000));
    EXPECT_EQ(tree.text("/soc/rtc@101000", "compatible"), "google,goldfish-rtc");
    EXPECT_THAT(tree.cells("/soc/rtc@101000", "interrupts"), ElementsAre(11));
    EXPECT_EQ(tree.path_of_phandle(tree.cells("/soc/rtc@101000", "interrupt-parent").at(0)),
              "/soc/plic@c000000");
    EXPECT_EQ(tree.text("/soc/virtio_mmio@10001000", "compatible"), "virtio,mmio");
    EXPECT_THAT(tree.cells("/soc/virtio_mmio@10008000", "reg"),
                ElementsAre(0, 0x1000'8000, 0, 0x1000));
    EXPECT_THAT(tree.cells("/soc/virtio_mmio@10008000", "interrupts"), ElementsAre(8));
}

TEST(DeviceTree, wires_interrupts_to_each_harts_controller) {
    const Tree tree(make_device_tree(2, 128 * mebibyte, ""));
    const auto expect_wiring = [&](const std::string& device, u32 first, u32 second) {
        const std::vector<u32> wires = tree.cells(device, "interrupts-extended");
        ASSERT_EQ(wires.size(), 8u);
        EXPECT_EQ(tree.path_of_phandle(wires[0]), "/cpus/cpu@0/interrupt-controller");
        EXPECT_EQ(tree.path_of_phandle(wires[2]), "/cpus/cpu@0/interrupt-controller");
        EXPECT_EQ(tree.path_of_phandle(wires[4]), "/cpus/cpu@1/interrupt-controller");
        EXPECT_EQ(tree.path_of_phandle(wires[6]), "/cpus/cpu@1/interrupt-controller");
        EXPECT_THAT((std::vector{wires[1], wires[3], wires[5], wires[7]}),
                    ElementsAre(first, second, first, second));
    };
    expect_wiring("/soc/clint@2000000", 3, 7);
    expect_wiring("/soc/plic@c000000", 11, 9);
    EXPECT_EQ(tree.path_of_phandle(tree.cells("/soc/serial@10000000", "interrupt-parent").at(0)),
              "/soc/plic@c000000");
    EXPECT_THAT(tree.cells("/soc/plic@c000000", "riscv,ndev"), ElementsAre(95));
    EXPECT_THAT(tree.cells("/soc/plic@c000000", "#interrupt-cells"), ElementsAre(1));
    EXPECT_THAT(tree.cells("/soc/plic@c000000", "#address-cells"), ElementsAre(0));
    EXPECT_EQ(tree.raw("/soc/plic@c000000", "interrupt-controller"), "");
}

TEST(DeviceTree, ends_the_machine_through_the_finisher) {
    const Tree tree(make_device_tree(2, 128 * mebibyte, ""));
    EXPECT_EQ(tree.text("/poweroff", "compatible"), "syscon-poweroff");
    EXPECT_THAT(tree.cells("/poweroff", "value"), ElementsAre(0x5555));
    EXPECT_EQ(tree.path_of_phandle(tree.cells("/poweroff", "regmap").at(0)), "/soc/test@100000");
    EXPECT_EQ(tree.text("/reboot", "compatible"), "syscon-reboot");
    EXPECT_THAT(tree.cells("/reboot", "value"), ElementsAre(0x7777));
}

TEST(DeviceTree, the_same_machine_gives_the_same_bytes) {
    EXPECT_EQ(make_device_tree(8, 128 * mebibyte, "a"), make_device_tree(8, 128 * mebibyte, "a"));
}

}  // namespace
}  // namespace stampede
