// A minimal ELF file around a flat image, such as QEMU's -kernel and our own loader take.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "harts/base/types.h"

namespace stampede::programs {

// One loadable segment, readable, writable and executable, at physical and virtual address `base`;
// the entry is its first byte.
[[nodiscard]] std::vector<std::byte> elf_around(std::span<const u8> image, u64 base);

}  // namespace stampede::programs
