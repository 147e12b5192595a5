// Reading and writing CSRs by number, with privileges and the fields' WARL rules. On the hart's
// thread.
#pragma once
#include <optional>

#include "harts/core/hart.h"

namespace stampede {

// The value of CSR `number` at the hart's privilege; nothing: no such CSR, or not at this
// privilege.
[[nodiscard]] std::optional<u64> read_csr(Hart& hart, u32 number);

// Writes `value`; false: no such CSR, read-only, or not at this privilege.
[[nodiscard]] bool write_csr(Hart& hart, u32 number, u64 value);

}  // namespace stampede
