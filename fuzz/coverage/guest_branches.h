// The conditional branches of a kernel's code, and where its source has them.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "harts/core/observer.h"
#include "harts/image/elf_image.h"
#include "harts/image/symbols.h"

namespace stampede::fuzz {

// Where code was inlined, its own place counts, not the caller's; a header of the library counts as
// the kernel's line that uses it.
struct GuestBranch {
    u64 offset = 0;        // into the bytes of ElfImage::code()
    std::string function;  // kernel::AddressSpace::find
    std::string file;      // kernel/mm/find.cpp
    u32 line = 0;
    // By way: the function that is called before anything else is decided, such as kernel::panic;
    // empty: none is.
    std::array<std::string, 2> leads_to;
};

// All of them, by address.
[[nodiscard]] std::vector<GuestBranch> branches_of(const Symbols& kernel);

// `mm` of kernel/mm/find.cpp; empty where the file is not the kernel's.
[[nodiscard]] std::string folder_of(const std::string& file);

}  // namespace stampede::fuzz
