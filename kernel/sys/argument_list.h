// The arguments of an exec while its old and new images change places: the strings one behind the
// other in one frame, which is as much as a program's first stack page could hold anyway.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/base/result.h"
#include "kernel/mm/space.h"

namespace kernel {

class ArgumentList {
public:
    ArgumentList() = default;
    ~ArgumentList();
    ArgumentList(const ArgumentList&) = delete;
    ArgumentList& operator=(const ArgumentList&) = delete;

    Result<void> create();  // first: out_of_memory

    Result<void> add(const char* text, std::size_t length);
    Result<void> add_from(AddressSpace& space, VirtAddr text);

    int count() const { return count_; }
    // Writes strings and the array of pointers to them below `stack_top`. The stack pointer, which
    // is also argv's address.
    Result<VirtAddr> push_to(AddressSpace& space, VirtAddr stack_top, VirtAddr stack_bottom) const;

private:
    std::span<char> room() const;
    Result<void> note(std::size_t length);
    std::span<const std::byte> string(int i) const {  // with its NUL
        return {bytes_of(*frame_) + begin_[i], static_cast<std::size_t>(begin_[i + 1] - begin_[i])};
    }
    // Writes `bytes` below `sp`: the new stack pointer.
    static Result<VirtAddr> push(AddressSpace& space, VirtAddr sp, VirtAddr stack_bottom,
                                 std::span<const std::byte> bytes);

    static constexpr int limit = stampede::abi::max_exec_arguments;
    Frame* frame_ = nullptr;
    std::size_t used_ = 0;  // bytes of the frame
    int count_ = 0;
    // of each string in the frame; begin_[count_] == used_
    std::array<std::uint16_t, limit + 1> begin_{};
};

}  // namespace kernel
