// Loads and stores on the slow path: what misses the TLB, devices, pages that are special. On the
// hart's thread.
#pragma once
#include "harts/access/accessed.h"
#include "harts/core/hart.h"

namespace stampede {

// Little-endian value of `size` bytes (1, 2, 4, 8), zero-extended. Misaligned ones are done in
// bytes, or as the device does.
[[nodiscard]] Accessed<u64> load_memory(Hart& hart, u64 address, unsigned size);
[[nodiscard]] Accessed<void> store_memory(Hart& hart, u64 address, unsigned size, u64 value);

}  // namespace stampede
