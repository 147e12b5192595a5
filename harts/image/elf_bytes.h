// What the parts of the ELF reader share: a file's bytes with every access checked, and errors that
// name the file.
#pragma once
#include <cassert>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede {

struct ElfBytes {
    std::span<const std::byte> bytes;
    std::string_view name;

    [[nodiscard]] bool contains(u64 offset, u64 size) const {
        return offset <= bytes.size() && size <= bytes.size() - offset;
    }
    // A copy, for tables in a file may be misaligned. The range must be contained.
    template <class T>
    [[nodiscard]] T at(u64 offset) const {
        assert(contains(offset, sizeof(T)));
        T value;
        std::memcpy(&value, bytes.data() + offset, sizeof(T));
        return value;
    }
    [[nodiscard]] std::unexpected<Error> fail(std::string_view what) const {
        return error(std::string(name) + ": " + std::string(what));
    }
};

}  // namespace stampede
