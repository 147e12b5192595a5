// What a guest's ELF file (System V gABI, RISC-V psABI) holds. The file is opened and its headers
// are walked here and nowhere else: who loads it, names it, or asks for its symbols or its debug
// information (symbols.h) asks an ElfImage.
//
// Why the headers, segments and symbols are not left to libelf, which libdw brings along: it mends
// where we must refuse. Of 1.9 million inputs of fuzz_elf (elfutils 0.188 built with
// AddressSanitizer: no crash, no leak) libelf took 529,000, and two of five of those are refused
// here: a section table that does not end within the file is none to it, so a file cut short is a
// kernel without symbols; of program headers it takes as many as fit, and whatever size they say
// they have. All checks would stay, with libelf in the place of a memcpy; it is no faster (120,000
// instructions for the symbols of our kernel, against 134,000). And where it reads strings for us
// (elf_strptr()), files ask for much: a table of 2 MB without an end and 100,000 names in it take
// 31 s (here 0.1 s), a compressed one of 1 MB takes 1 GiB. So libdw gets a file of ours with
// nothing but sections of debug information in it (debug_file.h).
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede {

struct ElfSegment {
    u64 physical = 0;                  // p_paddr
    u64 virtual_address = 0;           // p_vaddr
    u64 memory_size = 0;               // bytes; past the file's bytes it is zero
    std::span<const std::byte> bytes;  // p_filesz of them
};

struct ElfSymbol {
    // a label is one of the assembler's, in code, with neither type nor size
    enum class Kind : u8 { Function, Object, Label };

    u64 address = 0;
    u64 size = 0;
    std::string_view name;
    Kind kind = Kind::Function;
};

struct ElfSection {
    enum class Form : u8 { Plain, Compressed };  // compressed: behind an Elf64_Chdr

    std::string_view name;
    std::span<const std::byte> bytes;
    Form form = Form::Plain;
};

// A 64-bit little-endian RISC-V executable, fully checked: every offset and size lies in the file.
// Never changes, so any thread may ask; copies share the file's bytes, which spans and names point
// into: they are good for as long as there is a copy.
class ElfImage {
public:
    // Error: names the file, what was found and what was expected (magic, class, machine, truncated
    // tables, segments that overlap or wrap around, symbols).
    [[nodiscard]] static Result<ElfImage> read(const std::filesystem::path& file);
    // The same of a file's bytes, which are copied; `name` is for messages.
    [[nodiscard]] static Result<ElfImage> parse(std::span<const std::byte> bytes, std::string name);

    [[nodiscard]] const std::string& name() const;  // the path, for messages
    [[nodiscard]] std::size_t size() const;         // of the file, in bytes
    [[nodiscard]] u64 entry() const;                // physical: e_entry through its segment
    [[nodiscard]] const std::vector<ElfSegment>& segments() const;
    // The segment that the entry lies in: its code. There is one.
    [[nodiscard]] const ElfSegment& code() const;
    // The address that the program was linked at, for one that it was linked or loaded at; others
    // as they are.
    [[nodiscard]] u64 virtual_of(u64 address) const;
    // XXH3 of the segments. Reads all their bytes.
    [[nodiscard]] u64 hash() const;

    [[nodiscard]] const std::vector<ElfSymbol>& symbols() const;  // by address
    // Of a function or object. Error: names the file and the symbol.
    [[nodiscard]] Result<u64> address_of(std::string_view symbol) const;
    // The function that holds a virtual address, else the nearest label before it; null: neither.
    [[nodiscard]] const ElfSymbol* function_at(u64 address) const;
    // The function or object that holds it; null: none.
    [[nodiscard]] const ElfSymbol* datum_at(u64 address) const;

    // Those named .debug_…, of sections that lie in the file; none if together they would have more
    // bytes than it.
    [[nodiscard]] const std::vector<ElfSection>& debug_sections() const;

private:
    struct Contents;
    explicit ElfImage(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}
    [[nodiscard]] static Result<ElfImage> parse(class FileBytes bytes, std::string name);

    std::shared_ptr<const Contents> contents_;
};

// What names a kernel in replay files: hash() as 16 hexadecimal digits.
[[nodiscard]] std::string kernel_hash(const ElfImage& image);

}  // namespace stampede
