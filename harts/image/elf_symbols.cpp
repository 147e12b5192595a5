#include "harts/image/elf_symbols.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace stampede {
namespace {

// Linkers let symbols share the ends of their names, and sections could share a table: of the file's bytes, so many times.
constexpr u64 most_names_in_a_file = 4;

bool is_wanted(const Elf64_Sym& symbol) {
    const unsigned type = ELF64_ST_TYPE(symbol.st_info);
    return symbol.st_shndx != SHN_UNDEF && (type == STT_FUNC || type == STT_OBJECT);
}

Elf64_Shdr section_at(const ElfBytes& file, const Elf64_Ehdr& header, u64 index) {
    return file.at<Elf64_Shdr>(header.e_shoff + index * sizeof(Elf64_Shdr));
}

Result<std::string> string_at(const ElfBytes& file, const Elf64_Shdr& strings, u64 offset) {
    if (offset < strings.sh_size) {
        const auto rest = file.bytes.subspan(strings.sh_offset + offset, strings.sh_size - offset);
        const auto end = std::ranges::find(rest, std::byte{0});
        if (end != rest.end()) {
            return std::string(reinterpret_cast<const char*>(rest.data()),
                               static_cast<std::size_t>(end - rest.begin()));
        }
    }
    return file.fail(
        fmt::format("has a symbol whose name is at {:#x}, expected a string that ends within its table of {:#x} "
                    "bytes",
                    offset, strings.sh_size));
}

Result<Elf64_Shdr> strings_of(const ElfBytes& file, const Elf64_Ehdr& header, const Elf64_Shdr& table) {
    if (table.sh_link >= header.e_shnum) {
        return file.fail(fmt::format("has a symbol table with strings in section {}, expected one of its {} sections",
                                     table.sh_link, header.e_shnum));
    }
    const Elf64_Shdr strings = section_at(file, header, table.sh_link);
    if (strings.sh_type != SHT_STRTAB || !file.contains(strings.sh_offset, strings.sh_size)) {
        return file.fail(
            fmt::format("has a string table of type {} with {:#x} bytes at offset {:#x}, expected type {} within "
                        "the file's {:#x} bytes",
                        strings.sh_type, strings.sh_size, strings.sh_offset, SHT_STRTAB, file.bytes.size()));
    }
    return strings;
}

Result<void> read_table(const ElfBytes& file, const Elf64_Ehdr& header, const Elf64_Shdr& table,
                        std::vector<ElfSymbol>& symbols, u64& names_size) {
    if (table.sh_entsize != sizeof(Elf64_Sym) || table.sh_size % sizeof(Elf64_Sym) != 0) {
        return file.fail(fmt::format("has a symbol table of {:#x} bytes in entries of {}, expected whole entries of {}",
                                     table.sh_size, table.sh_entsize, sizeof(Elf64_Sym)));
    }
    if (!file.contains(table.sh_offset, table.sh_size)) {
        return file.fail(
            fmt::format("has a symbol table of {:#x} bytes at offset {:#x}, expected it within the file's {:#x}",
                        table.sh_size, table.sh_offset, file.bytes.size()));
    }
    const Result<Elf64_Shdr> strings = strings_of(file, header, table);
    if (!strings) {
        return std::unexpected(strings.error());
    }
    for (u64 offset = 0; offset < table.sh_size; offset += sizeof(Elf64_Sym)) {
        const auto symbol = file.at<Elf64_Sym>(table.sh_offset + offset);
        if (!is_wanted(symbol)) {
            continue;
        }
        Result<std::string> name = string_at(file, *strings, symbol.st_name);
        if (!name) {
            return std::unexpected(name.error());
        }
        names_size += name->size() + 1;
        if (names_size > most_names_in_a_file * file.bytes.size()) {
            return file.fail(
                fmt::format("has symbols whose names take more than {} times the file's {:#x} bytes, expected names of their own",
                            most_names_in_a_file, file.bytes.size()));
        }
        symbols.push_back({symbol.st_value, symbol.st_size, std::move(*name)});
    }
    return {};
}

}  // namespace

Result<std::vector<ElfSymbol>> read_elf_symbols(const ElfBytes& file) {
    const auto header = file.at<Elf64_Ehdr>(0);
    std::vector<ElfSymbol> symbols;
    u64 names_size = 0;
    if (header.e_shoff == 0 || header.e_shnum == 0) {
        return symbols;
    }
    if (header.e_shentsize != sizeof(Elf64_Shdr) ||
        !file.contains(header.e_shoff, u64{header.e_shnum} * sizeof(Elf64_Shdr))) {
        return file.fail(
            fmt::format("has {} section headers of {} bytes at offset {:#x}, expected {} bytes each, within the "
                        "file's {:#x}",
                        header.e_shnum, header.e_shentsize, header.e_shoff, sizeof(Elf64_Shdr), file.bytes.size()));
    }
    for (u64 index = 0; index < header.e_shnum; ++index) {
        const Elf64_Shdr section = section_at(file, header, index);
        if (section.sh_type != SHT_SYMTAB) {
            continue;
        }
        if (const Result<void> read = read_table(file, header, section, symbols, names_size); !read) {
            return std::unexpected(read.error());
        }
    }
    std::ranges::sort(symbols, [](const ElfSymbol& a, const ElfSymbol& b) {
        return std::tie(a.address, a.name) < std::tie(b.address, b.name);
    });
    return symbols;
}

}  // namespace stampede
