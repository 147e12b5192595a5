#include "kernel/base/address.h"
#include "kernel/base/string.h"

namespace kernel {

// Eight words a turn, and builtins off: the compiler would turn these loops back into calls of
// memcpy and memset.
[[clang::no_builtin]] void copy_page(void* to, const void* from) {
    auto* out = static_cast<std::uint64_t*>(to);
    auto* in = static_cast<const std::uint64_t*>(from);
    for (std::uint64_t i = 0; i < page_size / sizeof *out; i += 8) {
        std::uint64_t a = in[i], b = in[i + 1], c = in[i + 2], d = in[i + 3];
        std::uint64_t e = in[i + 4], f = in[i + 5], g = in[i + 6], h = in[i + 7];
        out[i] = a, out[i + 1] = b, out[i + 2] = c, out[i + 3] = d;
        out[i + 4] = e, out[i + 5] = f, out[i + 6] = g, out[i + 7] = h;
    }
}

[[clang::no_builtin]] void zero_page(void* to) {
    auto* out = static_cast<std::uint64_t*>(to);
    for (std::uint64_t i = 0; i < page_size / sizeof *out; i += 8) {
        out[i] = 0, out[i + 1] = 0, out[i + 2] = 0, out[i + 3] = 0;
        out[i + 4] = 0, out[i + 5] = 0, out[i + 6] = 0, out[i + 7] = 0;
    }
}

}  // namespace kernel
