#include "kernel/sys/arguments.h"

#include "kernel/base/print.h"
#include "kernel/proc/process.h"
#include "kernel/proc/trap_frame.h"

namespace kernel {

std::uint64_t Arguments::word(unsigned index) const {
    KERNEL_ASSERT(index < 6);
    return frame_.a(index);
}

std::int32_t Arguments::integer(unsigned index) const {
    return static_cast<std::int32_t>(word(index));
}

Result<std::size_t> Arguments::string(unsigned index, std::span<char> buffer) const {
    return caller_.space.copy_in_string(buffer, address(index));
}

}  // namespace kernel
