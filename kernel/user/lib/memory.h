// How much memory there is, found out by asking for it.
#pragma once
#include "kernel/user/lib/system_calls.h"

#include <cstdint>

namespace user {

using stampede::abi::page_size;

// Pages that sbrk() would still give one process. Tried in a child, so that page tables come back
// too; UINT64_MAX where there is no process to try it in.
std::uint64_t free_pages();
// Whether there are so many; true where there is no process to try it in.
bool are_free(std::uint64_t pages);

// Grows the heap until there is nothing left, or by so many; returns the pages taken.
std::uint64_t take_all_pages(std::uint64_t at_most = UINT64_MAX);

}  // namespace user
