// The ways to access memory, and the PTE bit that allows each.
#pragma once
#include <cstdint>

#include "kernel/arch/pte.h"

namespace kernel {

enum class Access : std::uint8_t { read, write, execute };

constexpr std::uint64_t permission(Access access) {
    return Pte::read << static_cast<unsigned>(access);
}

static_assert(permission(Access::read) == Pte::read && permission(Access::write) == Pte::write &&
              permission(Access::execute) == Pte::execute);

}  // namespace kernel
