// Names of frames' owners.
#pragma once
#include <array>
#include <string_view>

#include "harts/base/types.h"
#include "kernel/abi/audit_table.h"

namespace stampede {

inline constexpr std::array<std::string_view, 9> owner_names{
    "free", "user", "page table", "kernel stack", "trap frame", "pipe", "file", "counts", "other"};

// Of a FrameOwner as a kernel has it, right or wrong.
constexpr std::string_view owner_name(u8 owner) {
    return owner < owner_names.size() ? owner_names[owner] : "unknown owner";
}

}  // namespace stampede
