// Reading a guest's ELF file (System V gABI, RISC-V psABI): loadable segments, symbols, and the hash that names a kernel.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede {

struct ElfSegment {
    u64 physical = 0;              // p_paddr
    u64 virtual_address = 0;       // p_vaddr
    u64 memory_size = 0;           // bytes; past the file's bytes it is zero
    std::vector<std::byte> bytes;  // p_filesz of them
};

struct ElfSymbol {
    u64 address = 0;
    u64 size = 0;
    std::string name;
};

// A 64-bit little-endian RISC-V executable, fully checked: every offset and size lies in the file.
class ElfImage {
public:
    // Error: names the file, what was found and what was expected (magic, class, machine, truncated tables, segments that
    // overlap or wrap around).
    [[nodiscard]] static Result<ElfImage> read(const std::filesystem::path& file);
    [[nodiscard]] static Result<ElfImage> parse(std::span<const std::byte> bytes, std::string name);

    [[nodiscard]] const std::string& name() const { return name_; }           // the path, for messages
    [[nodiscard]] u64 entry() const { return entry_; }                        // physical: e_entry through its segment
    [[nodiscard]] const std::vector<ElfSegment>& segments() const { return segments_; }
    // The segment that the entry lies in: its code. A read image has one.
    [[nodiscard]] const ElfSegment& code() const;
    [[nodiscard]] const std::vector<ElfSymbol>& symbols() const { return symbols_; }  // functions and objects, by address
    // Error: names the file and the symbol.
    [[nodiscard]] Result<u64> address_of(std::string_view symbol) const;
    [[nodiscard]] u64 hash() const { return hash_; }                          // XXH3 of the loadable segments

private:
    std::string name_;
    u64 entry_ = 0;
    u64 hash_ = 0;
    std::vector<ElfSegment> segments_;
    std::vector<ElfSymbol> symbols_;
};

// What names a kernel in replay files: hash() as 16 hexadecimal digits.
[[nodiscard]] std::string kernel_hash(const ElfImage& image);

}  // namespace stampede
