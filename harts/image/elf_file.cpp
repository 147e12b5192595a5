#include "harts/image/elf_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "harts/image/file_bytes.h"
#include "harts/image/function_name.h"

namespace stampede {
namespace {

// Linkers let symbols share the ends of their names, and tables could be shared too: of the file's bytes, so many times.
constexpr std::size_t most_names_in_a_file = 4;

}  // namespace

Result<ElfFile> ElfFile::open(const std::filesystem::path& path) {
    const Result<FileBytes> bytes = FileBytes::read(path);
    if (!bytes) {
        return std::unexpected(bytes.error());
    }
    const std::span<const std::byte> all = bytes->span();
    return parse(std::string(reinterpret_cast<const char*>(all.data()), all.size()), path.string());
}

Result<ElfFile> ElfFile::parse(std::string bytes, std::string_view name) {
    elf_version(EV_CURRENT);
    ElfFile file;
    file.image_ = std::make_unique<std::string>(std::move(bytes));
    file.elf_.reset(elf_memory(file.image_->data(), file.image_->size()));
    if (file.elf_ == nullptr || elf_kind(file.elf_.get()) != ELF_K_ELF) {
        return error(fmt::format("{}: is no ELF file that symbols could be read from", name));
    }
    file.read_ranges();
    if (const Result<void> read = file.read_symbols(name); !read) {
        return std::unexpected(read.error());
    }
    return file;
}

void ElfFile::read_ranges() {
    std::size_t count = 0;
    if (elf_getphdrnum(elf(), &count) != 0) {
        return;
    }
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr header;
        if (gelf_getphdr(elf(), static_cast<int>(i), &header) != nullptr && header.p_type == PT_LOAD) {
            ranges_.push_back({header.p_vaddr, header.p_paddr, header.p_memsz});
        }
    }
}

Result<void> ElfFile::read_symbols(std::string_view name) {
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf(), section)) != nullptr;) {
        GElf_Shdr header;
        const bool table = gelf_getshdr(section, &header) != nullptr && header.sh_type == SHT_SYMTAB && header.sh_entsize != 0;
        if (table && !read_symbol_table(section, header)) {
            return error(fmt::format("{}: has symbols whose names take more than {} times the file's {} bytes, expected names of their own",
                                     name, most_names_in_a_file, size()));
        }
    }
    std::ranges::sort(symbols_, [](const Symbol& a, const Symbol& b) {
        return std::tie(a.address, a.size, a.name) < std::tie(b.address, b.size, b.name);
    });
    return {};
}

bool ElfFile::read_symbol_table(Elf_Scn* section, const GElf_Shdr& header) {
    Elf_Data* data = elf_getdata(section, nullptr);
    for (int i = 0; data != nullptr && i < static_cast<int>(header.sh_size / header.sh_entsize); ++i) {
        GElf_Sym symbol;
        if (gelf_getsym(data, i, &symbol) == nullptr) {
            return true;
        }
        const unsigned type = GELF_ST_TYPE(symbol.st_info);
        const char* name = elf_strptr(elf(), header.sh_link, symbol.st_name);
        // Labels count in code only, and not the mapping symbols $x and $d or the assembler's own .L names.
        const bool label = type == STT_NOTYPE && is_code(symbol);
        if (name == nullptr || *name == '\0' || *name == '$' || *name == '.' || symbol.st_shndx == SHN_UNDEF ||
            !(type == STT_FUNC || type == STT_OBJECT || label)) {
            continue;
        }
        symbols_.push_back({symbol.st_value, symbol.st_size, name, type});
        names_size_ += symbols_.back().name.size() + 1;
        if (names_size_ > most_names_in_a_file * size()) {
            return false;
        }
    }
    return true;
}

bool ElfFile::is_code(const GElf_Sym& symbol) const {
    GElf_Shdr header;
    Elf_Scn* section = symbol.st_shndx < SHN_LORESERVE ? elf_getscn(elf(), symbol.st_shndx) : nullptr;
    return section != nullptr && gelf_getshdr(section, &header) != nullptr && (header.sh_flags & SHF_EXECINSTR) != 0;
}

u64 ElfFile::to_virtual(u64 address) const {
    for (const Range& range : ranges_) {
        if (address - range.virtual_address < range.size) {
            return address;
        }
    }
    for (const Range& range : ranges_) {
        if (address - range.physical < range.size) {
            return range.virtual_address + (address - range.physical);
        }
    }
    return address;
}

std::string ElfFile::function_at(u64 address) const {
    const bool inside = std::ranges::any_of(
        ranges_, [&](const Range& range) { return address - range.virtual_address < range.size; });
    if (!inside) {
        return {};
    }
    const auto after = std::ranges::upper_bound(symbols_, address, {}, &Symbol::address);
    for (auto symbol = after; symbol != symbols_.begin();) {
        --symbol;
        const bool sized = symbol->type == STT_FUNC && symbol->size != 0;
        if (sized && address - symbol->address < symbol->size) {
            return symbol->name;
        }
        if (symbol->type != STT_OBJECT) {
            return sized ? std::string() : symbol->name;  // past the end of a function is nowhere
        }
    }
    return {};
}

std::optional<u64> ElfFile::address_of(std::string_view name) const {
    for (const Symbol& symbol : symbols_) {
        if (symbol.name == name) {
            return symbol.address;
        }
    }
    for (const Symbol& symbol : symbols_) {
        if (readable_function_name(symbol.name) == name) {
            return symbol.address;
        }
    }
    return std::nullopt;
}

}  // namespace stampede
