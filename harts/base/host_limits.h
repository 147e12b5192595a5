// Limits that the host sets a process (getrlimit(2)), where they would end it in the middle of its
// work.
#pragma once
#include <exception>
#include <string>

#include "harts/base/error.h"

namespace stampede {

// At the beginning of a program: takes as much stack as the hard limit leaves. Error: that is too
// little for us, with both figures.
[[nodiscard]] Result<void> take_stack();

// For ThreadSanitizer's runtime, which maps most of the address space. Error: the hard limit does
// not let it.
[[nodiscard]] Result<void> check_address_space();

// What the host has refused where a standard library's call has thrown: no memory, no thread. One
// sentence.
[[nodiscard]] std::string what_host_lacks(const std::exception& thrown);

}  // namespace stampede
