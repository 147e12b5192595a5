// Names of the control and status registers.
#pragma once
#include <optional>
#include <string>

#include "harts/base/types.h"

namespace stampede::isa {

// The specification's name of CSR `number`, or nothing when a hart has no such register. Any
// thread.
[[nodiscard]] std::optional<std::string> csr_name(u32 number);

}  // namespace stampede::isa
