// How much memory there is, found out by asking for it.
#pragma once
#include "kernel/user/lib/system_calls.h"

#include <cstdint>

namespace user {

using stampede::abi::page_size;

// Pages that sbrk() would still give one process. Tried in a child, so that page tables come back
// too; UINT64_MAX where there is no process to try it in.
std::uint64_t free_pages();

// Grows the heap until there is nothing left; returns the pages taken.
std::uint64_t take_all_pages();

}  // namespace user
