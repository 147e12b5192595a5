// The kernel's beginning in C++, in the high half; entry.S calls it.
#pragma once
#include <cstdint>

extern "C" {
[[noreturn]] void boot_main(
    std::uint64_t device_tree);  // hart 0; `device_tree` is a physical address
[[noreturn]] void boot_other();  // every other hart, once hart 0 has released them
}
