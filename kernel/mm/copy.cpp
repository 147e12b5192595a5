// Copies between the kernel and a user space, page by page through the direct map. Every address
// comes from the user.
#include "kernel/base/string.h"
#include "kernel/mm/space.h"

namespace kernel {

namespace {

// How many of `wanted` bytes lie in the page of `address`.
std::size_t within_page(VirtAddr address, std::size_t wanted) {
    std::size_t left = page_size - address.page_offset();
    return wanted < left ? wanted : left;
}

}  // namespace

Result<void> AddressSpace::copy_out(VirtAddr to, std::span<const std::byte> from) {
    while (!from.empty()) {
        std::size_t bytes = within_page(to, from.size());
        Result<std::byte*> target = reachable(to, Access::write);
        if (!target) {
            return failure(target.error());
        }
        memcpy(*target, from.data(), bytes);
        from = from.subspan(bytes);
        to += bytes;
    }
    return {};
}

Result<void> AddressSpace::copy_in(std::span<std::byte> to, VirtAddr from) {
    while (!to.empty()) {
        std::size_t bytes = within_page(from, to.size());
        Result<std::byte*> source = reachable(from, Access::read);
        if (!source) {
            return failure(source.error());
        }
        memcpy(to.data(), *source, bytes);
        to = to.subspan(bytes);
        from += bytes;
    }
    return {};
}

Result<std::size_t> AddressSpace::copy_in_string(std::span<char> to, VirtAddr from) {
    std::size_t copied = 0;
    while (copied < to.size()) {
        std::size_t bytes = within_page(from, to.size() - copied);
        Result<std::byte*> source = reachable(from, Access::read);
        if (!source) {
            return failure(source.error());
        }
        auto* text = reinterpret_cast<const char*>(*source);
        for (std::size_t i = 0; i < bytes; ++i) {
            to[copied] = text[i];
            if (!text[i]) {
                return copied;
            }
            ++copied;
        }
        from += bytes;
    }
    return failure(Error::too_long);
}

}  // namespace kernel
