#include "kernel/arch/riscv/fdt.h"

#include "kernel/base/print.h"
#include "kernel/base/string.h"

namespace kernel::arch {

namespace {

constexpr std::uint32_t expected_magic = 0xd00dfeed;
enum Token : std::uint32_t { begin_node = 1, end_node = 2, property = 3, nop = 4, end = 9 };

std::uint32_t cell(const std::byte* at) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
        value = value << 8 | static_cast<std::uint32_t>(at[i]);
    }
    return value;
}
std::uint64_t two_cells(const std::byte* at) {
    return std::uint64_t{cell(at)} << 32 | cell(at + 4);
}

bool starts_with(const char* text, const char* prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

// Walks the structure block. Depth 1 is the root; of deeper nodes only the path down to a cpu
// matters.
class Reader {
public:
    explicit Reader(const std::byte* tree)
        : at_(tree + cell(tree + 8)),
          strings_(reinterpret_cast<const char*>(tree) + cell(tree + 12)) {}

    MachineDescription read() {
        for (;;) {
            std::uint32_t token = cell(at_);
            at_ += 4;
            if (token == begin_node) {
                enter(reinterpret_cast<const char*>(at_));
                skip(strlen(reinterpret_cast<const char*>(at_)) + 1);
            } else if (token == end_node) {
                --depth_;
            } else if (token == property) {
                std::uint32_t bytes = cell(at_);
                const char* name = strings_ + cell(at_ + 4);
                at_ += 8;
                note(name, at_, bytes);
                skip(bytes);
            } else if (token != nop) {
                return found_;
            }
        }
    }

private:
    enum class Node { other, cpus, memory, chosen };

    void enter(const char* name) {
        ++depth_;
        if (depth_ == 2) {
            node_ = strcmp(name, "cpus") == 0      ? Node::cpus
                    : starts_with(name, "memory@") ? Node::memory
                    : strcmp(name, "chosen") == 0  ? Node::chosen
                                                   : Node::other;
        }
        if (depth_ == 3 && node_ == Node::cpus && starts_with(name, "cpu@")) {
            ++found_.cpus;
        }
    }

    void note(const char* name, const std::byte* value, std::uint32_t bytes) {
        if (depth_ != 2) {
            return;
        }
        // two cells each on `virt`
        if (node_ == Node::memory && strcmp(name, "reg") == 0 && bytes >= 16) {
            found_.memory_begin = two_cells(value);
            found_.memory_bytes = two_cells(value + 8);
        }
        if (node_ == Node::chosen && strcmp(name, "bootargs") == 0) {
            found_.boot_arguments = reinterpret_cast<const char*>(value);
        }
    }

    void skip(std::size_t bytes) { at_ += (bytes + 3) / 4 * 4; }

    const std::byte* at_;
    const char* strings_;
    unsigned depth_ = 0;
    Node node_ = Node::other;
    MachineDescription found_;
};

}  // namespace

MachineDescription read_device_tree(const std::byte* tree) {
    if (cell(tree) != expected_magic) {
        panic("no device tree: magic 0x%x, expected 0x%x", cell(tree), expected_magic);
    }
    MachineDescription found = Reader(tree).read();
    if (found.cpus == 0) {
        panic("the device tree has no harts");
    }
    if (found.memory_bytes == 0) {
        panic("the device tree has no memory");
    }
    return found;
}

}  // namespace kernel::arch
