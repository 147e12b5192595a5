#include "harts/image/debug_file.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

namespace stampede {
namespace {

// Where entries, their text, lists and lines are, in DWARF 2 to 5. No names for looking entries up,
// no call frames.
constexpr std::array<std::string_view, 12> of_use{
    ".debug_abbrev",   ".debug_addr", ".debug_info",        ".debug_line",
    ".debug_line_str", ".debug_loc",  ".debug_loclists",    ".debug_ranges",
    ".debug_rnglists", ".debug_str",  ".debug_str_offsets", ".debug_types"};

constexpr std::size_t alignment = 8;  // bytes; of headers in the file, a compressed section's too

// Compilers' debug information inflates to some four times its bytes, and zlib can do a thousand.
constexpr u64 most_inflated = 16;  // of the guest's file's bytes

// What a section takes in memory besides its bytes; all ones where it does not say.
u64 inflated_size(const ElfSection& section) {
    if (section.form == ElfSection::Form::Plain) {
        return 0;
    }
    Elf64_Chdr header;
    if (section.bytes.size() < sizeof header) {
        return ~u64{0};
    }
    std::memcpy(&header, section.bytes.data(), sizeof header);
    return header.ch_size;
}

class FileMaker {
public:
    FileMaker() : bytes_(sizeof(Elf64_Ehdr)), headers_(1) {}

    void add(const ElfSection& section) {
        Elf64_Shdr header = place_for(section.bytes.size());
        header.sh_name = name(section.name);
        header.sh_type = SHT_PROGBITS;
        header.sh_flags = section.form == ElfSection::Form::Compressed ? SHF_COMPRESSED : 0;
        const auto* data = reinterpret_cast<const char*>(section.bytes.data());
        bytes_.insert(bytes_.end(), data, data + section.bytes.size());
        headers_.push_back(header);
    }

    std::vector<char> made() && {
        const u32 own_name = name(".shstrtab");
        Elf64_Shdr strings = place_for(names_.size());
        strings.sh_name = own_name;
        strings.sh_type = SHT_STRTAB;
        bytes_.insert(bytes_.end(), names_.begin(), names_.end());
        headers_.push_back(strings);

        Elf64_Ehdr header{};
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = ELFCLASS64;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_ident[EI_VERSION] = EV_CURRENT;
        header.e_type = ET_EXEC;
        header.e_machine = EM_RISCV;
        header.e_version = EV_CURRENT;
        header.e_ehsize = sizeof(Elf64_Ehdr);
        header.e_shoff = place_for(headers_.size() * sizeof(Elf64_Shdr)).sh_offset;
        header.e_shentsize = sizeof(Elf64_Shdr);
        header.e_shnum = static_cast<u16>(headers_.size());
        header.e_shstrndx = static_cast<u16>(headers_.size() - 1);
        const auto* table = reinterpret_cast<const char*>(headers_.data());
        bytes_.insert(bytes_.end(), table, table + headers_.size() * sizeof(Elf64_Shdr));
        std::memcpy(bytes_.data(), &header, sizeof header);
        return std::move(bytes_);
    }

private:
    // At the end of the file, where the next bytes go.
    Elf64_Shdr place_for(u64 size) {
        bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment);
        Elf64_Shdr header{};
        header.sh_offset = bytes_.size();
        header.sh_size = size;
        header.sh_addralign = 1;
        return header;
    }
    u32 name(std::string_view text) {
        const std::size_t at = names_.size();
        names_.append(text).push_back('\0');
        return static_cast<u32>(at);
    }

    std::vector<char> bytes_;
    std::vector<Elf64_Shdr> headers_;  // the first is none
    std::string names_ = std::string(1, '\0');
};

std::vector<char> file_of(const ElfImage& image) {
    FileMaker file;
    u64 inflated = 0;
    for (const ElfSection& section : image.debug_sections()) {
        if (std::ranges::find(of_use, section.name) == of_use.end()) {
            continue;
        }
        if (__builtin_add_overflow(inflated, inflated_size(section), &inflated) ||
            inflated > most_inflated * image.size()) {
            return {};
        }
        file.add(section);
    }
    return std::move(file).made();
}

}  // namespace

DebugFile::DebugFile(const ElfImage& image) : bytes_(file_of(image)) {
    elf_version(EV_CURRENT);
    elf_.reset(elf_memory(bytes_.data(), bytes_.size()));
    dwarf_.reset(elf_ != nullptr ? dwarf_begin_elf(elf_.get(), DWARF_C_READ, nullptr) : nullptr);
}

}  // namespace stampede
