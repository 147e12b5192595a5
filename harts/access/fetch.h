// How a hart comes to its instructions. On the hart's thread.
#pragma once
#include "harts/access/accessed.h"
#include "harts/core/hart.h"

namespace stampede {

// The halfword at `address` as an instruction fetch sees it.
[[nodiscard]] Accessed<u16> fetch_halfword(Hart& hart, u64 address);

// The decoded page that `address` is fetched from.
[[nodiscard]] Accessed<CodePage*> fetch_page(Hart& hart, u64 address);

}  // namespace stampede
