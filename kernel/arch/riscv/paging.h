// The kernel's half of every address space: all of physical memory and the devices, mapped once and
// global.
#pragma once
#include <cstddef>

#include "kernel/base/address.h"

namespace kernel::arch {

// Makes the kernel's page table for memory up to `memory_end`. Boot hart, once.
void paging_init(PhysAddr memory_end);

// The image as linked (high addresses).
extern "C" std::byte image_begin[], image_text_end[], image_rodata_end[], image_end[];

}  // namespace kernel::arch
