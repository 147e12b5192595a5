// Want of memory on demand: one chosen allocation of a frame fails as if memory were out.
#pragma once
#include <cstdint>

namespace kernel {

// The `number`-th allocation from now on fails, counted over all CPUs; 0: none does.
void fail_allocation(std::uint64_t number);

// Asked once for each frame that is wanted, before a free one is looked for: whoever hears true gives none.
[[nodiscard]] bool allocation_fails();

}  // namespace kernel
