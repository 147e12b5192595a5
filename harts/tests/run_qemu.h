// An image under QEMU: the oracle of the comparison.
#pragma once
#include <chrono>
#include <cstddef>
#include <span>
#include <string>

#include "harts/base/error.h"

namespace stampede {

// What the guest wrote to the UART until it ended by the finisher. Error: QEMU is not there, or the
// guest did not end within `limit` of host time.
[[nodiscard]] Result<std::string> run_in_qemu(std::span<const std::byte> image,
                                              std::chrono::seconds limit);

}  // namespace stampede
