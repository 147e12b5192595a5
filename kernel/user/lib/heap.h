// malloc over sbrk: first fit, neighbours merged on free. For one process; not for code that must
// survive without memory.
#pragma once
#include <cstddef>

namespace user {

[[nodiscard]] void* allocate(std::size_t bytes);  // 16-byte aligned, null where there is no memory
void release(void* block);                        // null is fine

}  // namespace user
