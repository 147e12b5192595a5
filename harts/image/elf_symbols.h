// The parts of an ELF reader that its halves share: a file's bytes with every access checked, and the symbol table.
#pragma once
#include <cassert>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/image/elf_image.h"

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

// Functions and objects of every symbol table, by address. None if the file has no section headers. The ELF header
// must have been checked. Error: a section or symbol table, a string or a link between them that does not lie in the
// file; names that take far more memory than the file has bytes.
[[nodiscard]] Result<std::vector<ElfSymbol>> read_elf_symbols(const ElfBytes& file);

}  // namespace stampede
