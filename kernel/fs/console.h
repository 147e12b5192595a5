// The console as a device: lines typed at the UART, edited until Enter, and output.
#pragma once
#include <cstddef>

#include "kernel/base/result.h"
#include "kernel/mm/space.h"

namespace kernel {

// Sleeps until a line is there (or Ctrl-D) and gives at most that line. killed, bad_address.
Result<std::size_t> console_read(AddressSpace& space, VirtAddr to, std::size_t bytes);

// Up to 256 bytes appear in one piece. bad_address when nothing could be read.
Result<std::size_t> console_write_user(AddressSpace& space, VirtAddr from, std::size_t bytes);

}  // namespace kernel
