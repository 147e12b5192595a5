// The ways to access memory, and the PTE bit that allows each.
#pragma once
#include <cstdint>

#include "kernel/mm/pte.h"

namespace kernel {

enum class Access : std::uint8_t { read, write, execute };

constexpr std::uint64_t permission(Access access) {
    switch (access) {
    case Access::read: return Pte::read;
    case Access::write: return Pte::write;
    case Access::execute: return Pte::execute;
    }
    return Pte::valid;
}

}  // namespace kernel
