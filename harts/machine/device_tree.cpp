#include "harts/machine/device_tree.h"

#include <fmt/format.h>
#include <libfdt.h>

#include <algorithm>
#include <cassert>
#include <span>
#include <string_view>

#include "harts/base/environment.h"
#include "harts/memory/ram.h"

namespace stampede {
namespace {

// libfdt's sequential writing, with a node's end tied to its block. Its functions fail only when
// the buffer is too small (the size below is generous) or the calls are out of order.
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
    void texts(const char* name, const std::vector<std::string>& values) {
        std::string all;
        for (const std::string& value : values) {
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

std::string unit_name(std::string_view name, u64 address) {
    return fmt::format("{}@{:x}", name, address);
}

u32 hart_controller(unsigned hart) { return 1 + hart; }  // its phandle

// A device, what it says of itself, and its phandle.
struct Described {
    const Bus::Mapping& mapping;
    DeviceNode node;
    const u32 handle;

    [[nodiscard]] std::string unit() const {
        return unit_name(node.name, mapping.range.base.value);
    }
    [[nodiscard]] bool is_referred_to() const {
        return node.role == DeviceNode::Role::InterruptController || !node.beside.empty();
    }
};

// Phandles: each hart's interrupt controller, then the devices.
std::vector<Described> describe(unsigned harts, const Bus& bus) {
    std::vector<Described> devices;
    for (const Bus::Mapping& mapping : bus.mappings()) {
        if (DeviceNode node = mapping.device->describe(); !node.name.empty()) {
            const u32 handle = 1 + harts + static_cast<u32>(devices.size());
            devices.push_back({mapping, std::move(node), handle});
        }
    }
    return devices;
}

const Described* find(std::span<const Described> devices, DeviceNode::Role role) {
    const auto found = std::ranges::find_if(
        devices, [&](const Described& device) { return device.node.role == role; });
    return found != devices.end() ? &*found : nullptr;
}

void write_chosen(TreeWriter& tree, const std::string& bootargs,
                  std::span<const Described> devices) {
    const Node node(tree, "chosen");
    if (!bootargs.empty()) {
        tree.text("bootargs", bootargs);
    }
    if (const Described* const console = find(devices, DeviceNode::Role::Console);
        console != nullptr) {
        tree.text("stdout-path", "/soc/" + console->unit());
    }
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

// More bytes than the node takes: names and values, and at most 64 a property and a text beside
// them.
std::size_t room_of(const DeviceNode& node) {
    std::size_t room = 512 + node.name.size();
    const auto add = [&](const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
            room += 64 + text.size();
        }
    };
    add(node.compatible);
    for (const auto& [name, value] : node.properties) {
        room += 64 + name.size();
        if (const auto* cells = std::get_if<std::vector<u32>>(&value)) {
            room += 4 * cells->size();
        } else if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
            add(*texts);
        }
    }
    for (const DeviceNode& beside : node.beside) {
        room += room_of(beside);
    }
    return room;
}

void write_properties(TreeWriter& tree, const DeviceNode& node, u32 own_handle) {
    for (const auto& [name, value] : node.properties) {
        if (std::holds_alternative<DeviceNode::Flag>(value)) {
            tree.flag(name.c_str());
        } else if (std::holds_alternative<DeviceNode::OwnHandle>(value)) {
            tree.cell(name.c_str(), own_handle);
        } else if (const auto* cells = std::get_if<std::vector<u32>>(&value)) {
            tree.cells(name.c_str(), *cells);
        } else {
            tree.texts(name.c_str(), std::get<std::vector<std::string>>(value));
        }
    }
}

// Where a device's outputs go: for each hart its controller and the interrupts' numbers.
std::vector<u32> to_every_hart(unsigned harts, std::span<const Interrupt> interrupts) {
    std::vector<u32> cells;
    for (unsigned hart = 0; hart < harts; ++hart) {
        for (const Interrupt interrupt : interrupts) {
            cells.insert(cells.end(), {hart_controller(hart), static_cast<u32>(interrupt)});
        }
    }
    return cells;
}

void write_device(TreeWriter& tree, const Described& device, unsigned harts,
                  const Described* controller) {
    const Node node(tree, device.unit());
    tree.texts("compatible", device.node.compatible);
    tree.range("reg", device.mapping.range);
    write_properties(tree, device.node, device.handle);
    if (device.node.role == DeviceNode::Role::InterruptController) {
        tree.cell("#interrupt-cells", 1);
        tree.flag("interrupt-controller");
    }
    if (!device.node.drives.empty()) {
        tree.cells("interrupts-extended", to_every_hart(harts, device.node.drives));
    }
    if (device.mapping.interrupt != 0 && controller != nullptr) {
        tree.cell("interrupts", device.mapping.interrupt);
        tree.cell("interrupt-parent", controller->handle);
    }
    if (device.is_referred_to()) {
        tree.cell("phandle", device.handle);
    }
}

void write_soc(TreeWriter& tree, unsigned harts, std::span<const Described> devices) {
    const Node node(tree, "soc");
    tree.cell("#address-cells", 2);
    tree.cell("#size-cells", 2);
    tree.text("compatible", "simple-bus");
    tree.flag("ranges");
    const Described* const controller = find(devices, DeviceNode::Role::InterruptController);
    for (const Described& device : devices) {
        write_device(tree, device, harts, controller);
    }
}

void write_what_stands_beside(TreeWriter& tree, const Described& device) {
    for (const DeviceNode& beside : device.node.beside) {
        const Node node(tree, beside.name);
        tree.texts("compatible", beside.compatible);
        write_properties(tree, beside, device.handle);
    }
}

}  // namespace

std::vector<u8> make_device_tree(unsigned harts, u64 memory, const std::string& bootargs,
                                 const Bus& bus) {
    assert(harts >= 1 && harts <= max_harts);
    const std::vector<Described> devices = describe(harts, bus);
    std::size_t room = 4096 + std::size_t{1024} * harts + bootargs.size();
    for (const Described& device : devices) {
        room += room_of(device.node) + 16 * harts * device.node.drives.size();
    }
    TreeWriter tree(room);
    {
        const Node root(tree, "");
        tree.cell("#address-cells", 2);
        tree.cell("#size-cells", 2);
        tree.text("compatible", "riscv-virtio");
        tree.text("model", "riscv-virtio,stampede");
        write_chosen(tree, bootargs, devices);
        write_memory(tree, memory);
        write_cpus(tree, harts);
        write_soc(tree, harts, devices);
        for (const Described& device : devices) {
            write_what_stands_beside(tree, device);
        }
    }
    return tree.finish();
}

}  // namespace stampede
