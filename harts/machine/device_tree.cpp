#include "harts/machine/device_tree.h"

#include <fmt/format.h>
#include <libfdt.h>

#include <cassert>
#include <initializer_list>
#include <string_view>

#include "harts/base/environment.h"
#include "harts/devices/plic.h"
#include "harts/devices/virt_map.h"
#include "harts/memory/ram.h"

namespace stampede {
namespace {

// libfdt's sequential writing, with a node's end tied to its block. Its functions fail only when the buffer is too
// small (the size below is generous) or the calls are out of order.
class TreeWriter {
public:
    explicit TreeWriter(std::size_t capacity) : bytes_(capacity) {
        check(fdt_create(bytes_.data(), static_cast<int>(bytes_.size())));
        check(fdt_finish_reservemap(bytes_.data()));
    }

    class Node {
    public:
        Node(TreeWriter& writer, const std::string& name) : writer_(writer) {
            check(fdt_begin_node(writer_.bytes_.data(), name.c_str()));
        }
        ~Node() { check(fdt_end_node(writer_.bytes_.data())); }
        Node(const Node&) = delete;
        Node& operator=(const Node&) = delete;

    private:
        TreeWriter& writer_;
    };

    void flag(const char* name) { check(fdt_property(bytes_.data(), name, nullptr, 0)); }
    void cell(const char* name, u32 value) { check(fdt_property_u32(bytes_.data(), name, value)); }
    void text(const char* name, const std::string& value) {
        check(fdt_property_string(bytes_.data(), name, value.c_str()));
    }
    // Several strings, each with its NUL.
    void texts(const char* name, std::initializer_list<std::string_view> values) {
        std::string all;
        for (const std::string_view value : values) {
            all.append(value).push_back('\0');
        }
        check(fdt_property(bytes_.data(), name, all.data(), static_cast<int>(all.size())));
    }
    void cells(const char* name, const std::vector<u32>& values) {
        std::vector<fdt32_t> big_endian;
        for (const u32 value : values) {
            big_endian.push_back(cpu_to_fdt32(value));
        }
        check(fdt_property(bytes_.data(), name, big_endian.data(),
                           static_cast<int>(big_endian.size() * sizeof(fdt32_t))));
    }
    void range(const char* name, AddressRange range) {
        cells(name, {static_cast<u32>(range.base.value >> 32), static_cast<u32>(range.base.value),
                     static_cast<u32>(range.size >> 32), static_cast<u32>(range.size)});
    }

    std::vector<u8> finish() {
        check(fdt_finish(bytes_.data()));
        bytes_.resize(fdt_totalsize(bytes_.data()));
        return std::move(bytes_);
    }

private:
    static void check(int result) {
        assert(result == 0);
        (void)result;
    }
    std::vector<u8> bytes_;
};

using Node = TreeWriter::Node;

// Phandles: each hart's interrupt controller, then the PLIC, then the finisher.
u32 hart_controller(unsigned hart) { return 1 + hart; }
u32 plic_handle(unsigned harts) { return 1 + harts; }
u32 finisher_handle(unsigned harts) { return 2 + harts; }

std::string unit_name(std::string_view name, u64 address) { return fmt::format("{}@{:x}", name, address); }

// Where a device's outputs go: for each hart its controller and the two interrupt numbers.
std::vector<u32> to_every_hart(unsigned harts, u32 first, u32 second) {
    std::vector<u32> cells;
    for (unsigned hart = 0; hart < harts; ++hart) {
        cells.insert(cells.end(), {hart_controller(hart), first, hart_controller(hart), second});
    }
    return cells;
}

void write_chosen(TreeWriter& tree, const std::string& bootargs) {
    const Node node(tree, "chosen");
    if (!bootargs.empty()) {
        tree.text("bootargs", bootargs);
    }
    tree.text("stdout-path", "/soc/" + unit_name("serial", virt_map::uart.base.value));
}

void write_memory(TreeWriter& tree, u64 memory) {
    const Node node(tree, unit_name("memory", ram_base.value));
    tree.text("device_type", "memory");
    tree.range("reg", {ram_base, memory});
}

void write_cpu(TreeWriter& tree, unsigned hart) {
    const Node node(tree, unit_name("cpu", hart));
    tree.text("device_type", "cpu");
    tree.cell("reg", hart);
    tree.text("status", "okay");
    tree.text("compatible", "riscv");
    tree.text("riscv,isa", "rv64imac_zicsr_zifencei_zihintpause_sstc");
    tree.text("mmu-type", "riscv,sv39");
    const Node controller(tree, "interrupt-controller");
    tree.cell("#interrupt-cells", 1);
    tree.flag("interrupt-controller");
    tree.text("compatible", "riscv,cpu-intc");
    tree.cell("phandle", hart_controller(hart));
}

void write_cpus(TreeWriter& tree, unsigned harts) {
    const Node node(tree, "cpus");
    tree.cell("#address-cells", 1);
    tree.cell("#size-cells", 0);
    tree.cell("timebase-frequency", static_cast<u32>(time_frequency));
    for (unsigned hart = 0; hart < harts; ++hart) {
        write_cpu(tree, hart);
    }
}

void write_clint(TreeWriter& tree, unsigned harts) {
    const Node node(tree, unit_name("clint", virt_map::clint.base.value));
    tree.texts("compatible", {"sifive,clint0", "riscv,clint0"});
    tree.range("reg", virt_map::clint);
    tree.cells("interrupts-extended", to_every_hart(harts, 3, 7));  // machine software, machine timer
}

void write_plic(TreeWriter& tree, unsigned harts) {
    const Node node(tree, unit_name("plic", virt_map::plic.base.value));
    tree.texts("compatible", {"sifive,plic-1.0.0", "riscv,plic0"});
    tree.range("reg", virt_map::plic);
    tree.cell("#interrupt-cells", 1);
    tree.cell("#address-cells", 0);
    tree.flag("interrupt-controller");
    tree.cells("interrupts-extended", to_every_hart(harts, 11, 9));  // machine external, supervisor external
    tree.cell("riscv,ndev", plic_sources - 1);
    tree.cell("phandle", plic_handle(harts));
}

void write_uart(TreeWriter& tree, unsigned harts) {
    const Node node(tree, unit_name("serial", virt_map::uart.base.value));
    tree.text("compatible", "ns16550a");
    tree.range("reg", virt_map::uart);
    tree.cell("clock-frequency", 3'686'400);
    tree.cell("interrupts", virt_map::uart_interrupt);
    tree.cell("interrupt-parent", plic_handle(harts));
}

void write_finisher(TreeWriter& tree, unsigned harts) {
    const Node node(tree, unit_name("test", virt_map::finisher.base.value));
    tree.texts("compatible", {"sifive,test1", "sifive,test0", "syscon"});
    tree.range("reg", virt_map::finisher);
    tree.cell("phandle", finisher_handle(harts));
}

void write_soc(TreeWriter& tree, unsigned harts) {
    const Node node(tree, "soc");
    tree.cell("#address-cells", 2);
    tree.cell("#size-cells", 2);
    tree.text("compatible", "simple-bus");
    tree.flag("ranges");
    write_finisher(tree, harts);
    write_clint(tree, harts);
    write_plic(tree, harts);
    write_uart(tree, harts);
}

// A node by which the guest's kernel ends the machine: it writes `value` to the finisher.
void write_syscon(TreeWriter& tree, const char* name, const char* compatible, u32 value, unsigned harts) {
    const Node node(tree, name);
    tree.text("compatible", compatible);
    tree.cell("regmap", finisher_handle(harts));
    tree.cell("offset", 0);
    tree.cell("value", value);
}

}  // namespace

std::vector<u8> make_device_tree(unsigned harts, u64 memory, const std::string& bootargs) {
    assert(harts >= 1 && harts <= max_harts);
    TreeWriter tree(4096 + std::size_t{1024} * harts + bootargs.size());
    {
        const Node root(tree, "");
        tree.cell("#address-cells", 2);
        tree.cell("#size-cells", 2);
        tree.text("compatible", "riscv-virtio");
        tree.text("model", "riscv-virtio,stampede");
        write_chosen(tree, bootargs);
        write_memory(tree, memory);
        write_cpus(tree, harts);
        write_soc(tree, harts);
        write_syscon(tree, "poweroff", "syscon-poweroff", 0x5555, harts);
        write_syscon(tree, "reboot", "syscon-reboot", 0x7777, harts);
    }
    return tree.finish();
}

}  // namespace stampede
