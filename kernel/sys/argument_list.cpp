#include "kernel/sys/argument_list.h"

#include "kernel/base/string.h"
#include "kernel/policy/policy.h"

namespace kernel {

Result<void> ArgumentList::create() {
    frame_ = policy::allocate(FrameOwner::other);
    if (!frame_) {
        return failure(Error::out_of_memory);
    }
    return {};
}

std::span<char> ArgumentList::room() const {
    return {reinterpret_cast<char*>(bytes_of(*frame_)) + used_, page_size - used_};
}

// A string of `length` bytes and its NUL stand at the end. One copy will do for strings of the
// kernel's and of users.
[[gnu::noinline]] Result<void> ArgumentList::note(std::size_t length) {
    if (count_ == limit) {
        return failure(Error::too_long);
    }
    used_ += length + 1;
    begin_[++count_] = static_cast<std::uint16_t>(used_);
    return {};
}

Result<void> ArgumentList::add(const char* text, std::size_t length) {
    std::span<char> to = room();
    if (length >= to.size()) {
        return failure(Error::too_long);
    }
    memcpy(to.data(), text, length);
    to[length] = 0;
    return note(length);
}

Result<void> ArgumentList::add_from(AddressSpace& space, VirtAddr text) {
    Result<std::size_t> length = space.copy_in_string(room(), text);
    if (!length) {
        return failure(length.error());
    }
    return note(*length);
}

Result<VirtAddr> ArgumentList::push(AddressSpace& space, VirtAddr sp, VirtAddr stack_bottom,
                                    std::span<const std::byte> bytes) {
    if (sp - stack_bottom < bytes.size() + 16) {
        return failure(Error::too_long);
    }
    sp = {(sp.value - bytes.size()) / 16 * 16};
    Result<void> copied = space.copy_out(sp, bytes);
    if (!copied) {
        return failure(copied.error());
    }
    return sp;
}

}  // namespace kernel
