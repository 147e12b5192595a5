// Priorities of processes by pid. Under `rr` there are none: bad_argument. no_process: there is
// none with that pid.
#pragma once
#include <cstdint>

#include "kernel/base/result.h"
#include "kernel/mm/space.h"

namespace kernel {

// The static priority that it had. bad_argument: `wanted` is not 0 to 100. The caller, a process
// without locks, lets others run when the dynamic priority is a better one than before.
Result<std::uint32_t> set_priority(std::uint32_t pid, std::int64_t wanted);

// As of now, into a user's ProcessPriority. 0. bad_address.
Result<std::uint64_t> tell_priority(std::uint32_t pid, AddressSpace& space, VirtAddr to);

}  // namespace kernel
