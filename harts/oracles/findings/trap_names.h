// Exceptions in words (privileged specification, table 3.6).
#pragma once
#include <string>

#include "harts/base/types.h"

namespace stampede {

// Of an mcause or scause without the interrupt bit: "load page fault"; "exception 42" for a
// reserved code.
[[nodiscard]] std::string exception_name(u64 cause);

}  // namespace stampede
