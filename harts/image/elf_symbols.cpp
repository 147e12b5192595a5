#include "harts/image/elf_symbols.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "harts/image/elf_sections.h"

namespace stampede {
namespace {

// Linkers let symbols share the ends of their names, and sections could share a table: of the
// file's bytes, so many times.
constexpr u64 most_names_in_a_file = 4;

bool is_code(const Elf64_Sym& symbol, const std::vector<Elf64_Shdr>& sections) {
    return symbol.st_shndx < SHN_LORESERVE && symbol.st_shndx < sections.size() &&
           (sections[symbol.st_shndx].sh_flags & SHF_EXECINSTR) != 0;
}

// Nothing: none that anybody asks for. Labels count in code only.
std::optional<ElfSymbol::Kind> kind_of(const Elf64_Sym& symbol,
                                       const std::vector<Elf64_Shdr>& sections) {
    if (symbol.st_shndx == SHN_UNDEF) {
        return std::nullopt;
    }
    switch (ELF64_ST_TYPE(symbol.st_info)) {
    case STT_FUNC: return ElfSymbol::Kind::Function;
    case STT_OBJECT: return ElfSymbol::Kind::Object;
    case STT_NOTYPE:
        return is_code(symbol, sections) ? std::optional(ElfSymbol::Kind::Label) : std::nullopt;
    default: return std::nullopt;
    }
}

// Not the mapping symbols $x and $d, and not the assembler's own .L names.
bool is_a_persons(std::string_view name) {
    return !name.empty() && !name.starts_with('$') && !name.starts_with('.');
}

Result<Elf64_Shdr> strings_of(const ElfBytes& file, const std::vector<Elf64_Shdr>& sections,
                              const Elf64_Shdr& table) {
    if (table.sh_link >= sections.size()) {
        return file.fail(fmt::format(
            "has a symbol table with strings in section {}, expected one of its {} sections",
            table.sh_link, sections.size()));
    }
    const Elf64_Shdr& strings = sections[table.sh_link];
    if (strings.sh_type != SHT_STRTAB || !file.contains(strings.sh_offset, strings.sh_size)) {
        return file.fail(fmt::format(
            "has a string table of type {} with {:#x} bytes at offset {:#x}, expected type {} "
            "within "
            "the file's {:#x} bytes",
            strings.sh_type, strings.sh_size, strings.sh_offset, SHT_STRTAB, file.bytes.size()));
    }
    return strings;
}

Result<void> check_table(const ElfBytes& file, const Elf64_Shdr& table) {
    if (table.sh_entsize != sizeof(Elf64_Sym) || table.sh_size % sizeof(Elf64_Sym) != 0) {
        return file.fail(fmt::format(
            "has a symbol table of {:#x} bytes in entries of {}, expected whole entries of {}",
            table.sh_size, table.sh_entsize, sizeof(Elf64_Sym)));
    }
    if (!file.contains(table.sh_offset, table.sh_size)) {
        return file.fail(
            fmt::format("has a symbol table of {:#x} bytes at offset {:#x}, expected it within the "
                        "file's {:#x}",
                        table.sh_size, table.sh_offset, file.bytes.size()));
    }
    return {};
}

class SymbolReader {
public:
    SymbolReader(const ElfBytes& file, const std::vector<Elf64_Shdr>& sections)
        : file_(file), sections_(sections) {}

    Result<void> read(const Elf64_Shdr& table) {
        if (const Result<void> sound = check_table(file_, table); !sound) {
            return sound;
        }
        const Result<Elf64_Shdr> strings = strings_of(file_, sections_, table);
        if (!strings) {
            return std::unexpected(strings.error());
        }
        symbols_.reserve(symbols_.size() + table.sh_size / sizeof(Elf64_Sym));
        for (u64 offset = 0; offset < table.sh_size; offset += sizeof(Elf64_Sym)) {
            const auto symbol = file_.at<Elf64_Sym>(table.sh_offset + offset);
            const std::optional<ElfSymbol::Kind> kind = kind_of(symbol, sections_);
            if (!kind) {
                continue;
            }
            if (const Result<void> added = add(symbol, *kind, *strings); !added) {
                return added;
            }
        }
        return {};
    }

    std::vector<ElfSymbol> sorted() && {
        std::ranges::sort(symbols_, [](const ElfSymbol& a, const ElfSymbol& b) {
            return std::tie(a.address, a.size, a.name) < std::tie(b.address, b.size, b.name);
        });
        return std::move(symbols_);
    }

private:
    Result<void> add(const Elf64_Sym& symbol, ElfSymbol::Kind kind, const Elf64_Shdr& strings) {
        const std::optional<std::string_view> name = string_at(file_, strings, symbol.st_name);
        if (!name) {
            return file_.fail(
                fmt::format("has a symbol whose name is at {:#x}, expected a string that ends "
                            "within its table of {:#x} "
                            "bytes",
                            symbol.st_name, strings.sh_size));
        }
        names_size_ += name->size() + 1;
        if (names_size_ > most_names_in_a_file * file_.bytes.size()) {
            return file_.fail(
                fmt::format("has symbols whose names take more than {} times the file's {:#x} "
                            "bytes, expected names of their own",
                            most_names_in_a_file, file_.bytes.size()));
        }
        if (is_a_persons(*name)) {
            symbols_.push_back({symbol.st_value, symbol.st_size, *name, kind});
        }
        return {};
    }

    const ElfBytes& file_;
    const std::vector<Elf64_Shdr>& sections_;
    std::vector<ElfSymbol> symbols_;
    u64 names_size_ = 0;  // bytes that have been looked at for them
};

}  // namespace

Result<std::vector<ElfSymbol>> read_elf_symbols(const ElfBytes& file,
                                                const std::vector<Elf64_Shdr>& sections) {
    SymbolReader reader(file, sections);
    for (const Elf64_Shdr& section : sections) {
        if (section.sh_type != SHT_SYMTAB) {
            continue;
        }
        if (const Result<void> read = reader.read(section); !read) {
            return std::unexpected(read.error());
        }
    }
    return std::move(reader).sorted();
}

const ElfSymbol* function_at(std::span<const ElfSymbol> symbols, u64 address) {
    const auto behind = std::ranges::upper_bound(symbols, address, {}, &ElfSymbol::address);
    for (auto symbol = behind; symbol != symbols.begin();) {
        --symbol;
        const bool sized = symbol->kind == ElfSymbol::Kind::Function && symbol->size != 0;
        if (sized && address - symbol->address < symbol->size) {
            return &*symbol;
        }
        if (symbol->kind != ElfSymbol::Kind::Object) {
            return sized ? nullptr : &*symbol;  // past the end of a function is nowhere
        }
    }
    return nullptr;
}

const ElfSymbol* datum_at(std::span<const ElfSymbol> symbols, u64 address) {
    auto symbol = std::ranges::upper_bound(symbols, address, {}, &ElfSymbol::address);
    while (symbol != symbols.begin()) {
        --symbol;
        if (symbol->kind != ElfSymbol::Kind::Label) {
            return address - symbol->address < symbol->size ? &*symbol : nullptr;
        }
    }
    return nullptr;
}

}  // namespace stampede
