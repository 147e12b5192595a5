// Seeded bug: exec gives the frame of its arguments back once they stand on the new stack. Where there is no such program, no memory or no room it never
// comes so far, and each failed exec keeps a frame.
#include "kernel/sys/argument_list.h"

#include "kernel/base/string.h"
#include "kernel/policy/policy.h"

namespace kernel {

ArgumentList::~ArgumentList() {}   // the bug

Result<void> ArgumentList::create() {
    frame_ = policy::allocate(FrameOwner::other);
    if (!frame_) return failure(Error::out_of_memory);
    return {};
}

std::span<char> ArgumentList::room() const {
    return {reinterpret_cast<char*>(bytes_of(*frame_)) + used_, page_size - used_};
}

// A string of `length` bytes and its NUL stand at the end. One copy will do for strings of the kernel's and of users.
[[gnu::noinline]] Result<void> ArgumentList::note(std::size_t length) {
    if (count_ == limit) return failure(Error::too_long);
    used_ += length + 1;
    begin_[++count_] = static_cast<std::uint16_t>(used_);
    return {};
}

Result<void> ArgumentList::add(const char* text, std::size_t length) {
    std::span<char> to = room();
    if (length >= to.size()) return failure(Error::too_long);
    memcpy(to.data(), text, length);
    to[length] = 0;
    return note(length);
}

Result<void> ArgumentList::add_from(AddressSpace& space, VirtAddr text) {
    Result<std::size_t> length = space.copy_in_string(room(), text);
    if (!length) return failure(length.error());
    return note(*length);
}

Result<VirtAddr> ArgumentList::push_to(AddressSpace& space, VirtAddr stack_top, VirtAddr stack_bottom) const {
    std::array<std::uint64_t, limit + 1> pointers{};
    VirtAddr sp = stack_top;
    auto* strings = bytes_of(*frame_);
    for (int i = 0; i < count_; ++i) {
        std::size_t bytes = begin_[i + 1] - begin_[i];
        if (sp - stack_bottom < bytes + 16) return failure(Error::too_long);
        sp = {(sp.value - bytes) / 16 * 16};
        Result<void> copied = space.copy_out(sp, {strings + begin_[i], bytes});
        if (!copied) return failure(copied.error());
        pointers[i] = sp.value;
    }
    std::size_t bytes = (static_cast<std::size_t>(count_) + 1) * sizeof pointers[0];
    if (sp - stack_bottom < bytes + 16) return failure(Error::too_long);
    sp = {(sp.value - bytes) / 16 * 16};
    Result<void> copied = space.copy_out(sp, std::as_bytes(std::span(pointers)).first(bytes));
    if (!copied) return failure(copied.error());
    policy::drop(*frame_);
    return sp;
}

}  // namespace kernel
