// Numbers and names of the control and status registers.
#pragma once
#include <optional>
#include <string>

#include "harts/base/types.h"

namespace stampede::isa {

// CSR numbers as the instructions hold them, 12 bits. A row's name stands for its first.
namespace csr {
#define CSR(name, number) inline constexpr u16 name = number;
#define CSR_ROW(name, first, last, index, step) inline constexpr u16 name = first;
#include "harts/isa/csrs.inc"
#undef CSR
#undef CSR_ROW
}  // namespace csr

// The specification's name, or nothing when a hart has no such register. Any thread.
[[nodiscard]] std::optional<std::string> csr_name(u32 number);

}  // namespace stampede::isa
