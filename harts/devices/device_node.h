// How a device describes itself to the guest: its node of the device tree (Devicetree specification
// 0.3), in terms that need no knowledge of the tree around it.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "harts/base/types.h"

namespace stampede {

enum class Interrupt : u8;

struct DeviceNode {
    struct Flag {};       // a property that is there or not
    struct OwnHandle {};  // a reference to the device's own node
    using Value = std::variant<Flag, std::vector<u32>, std::vector<std::string>, OwnHandle>;
    struct Property {
        std::string name;
        Value value;
    };
    enum class Role : u8 {
        Plain,
        Console,              // /chosen/stdout-path leads here
        InterruptController,  // interrupts of other devices come here; one a machine
    };

    // Of the node at soc; "@address", reg, interrupts and interrupt-parent come from the device's
    // line of the map.
    std::string name;
    std::vector<std::string> compatible;
    std::vector<Property> properties = {};
    // interrupts that it drives at every hart, in the order that its binding wants
    std::vector<Interrupt> drives = {};
    Role role = Role::Plain;
    // nodes at the root for what is done through this device; name, compatible, properties count
    std::vector<DeviceNode> beside = {};
};

}  // namespace stampede
