#include "harts/image/elf_sections.h"

#include <fmt/format.h>

#include <algorithm>

namespace stampede {
namespace {

bool lies_in(const ElfBytes& file, const Elf64_Shdr& section) {
    return section.sh_type != SHT_NOBITS && file.contains(section.sh_offset, section.sh_size);
}

// The end of a string table, from an offset on.
std::string_view behind(const ElfBytes& file, const Elf64_Shdr& strings, u64 offset) {
    const auto* text = reinterpret_cast<const char*>(file.bytes.data()) + strings.sh_offset;
    return std::string_view(text, strings.sh_size).substr(std::min<u64>(offset, strings.sh_size));
}

// Empty: another. No more is looked at than such a name has, for sections could share a long one.
std::string_view debug_name(std::string_view text) {
    constexpr std::size_t longest = 32;
    const std::string_view name = text.substr(0, longest);
    return name.starts_with(".debug_") ? name.substr(0, name.find('\0')) : std::string_view();
}

}  // namespace

Result<std::vector<Elf64_Shdr>> read_elf_sections(const ElfBytes& file, const Elf64_Ehdr& header) {
    std::vector<Elf64_Shdr> sections;
    if (header.e_shoff == 0 || header.e_shnum == 0) {
        return sections;
    }
    if (header.e_shentsize != sizeof(Elf64_Shdr) ||
        !file.contains(header.e_shoff, u64{header.e_shnum} * sizeof(Elf64_Shdr))) {
        return file.fail(
            fmt::format("has {} section headers of {} bytes at offset {:#x}, expected {} bytes "
                        "each, within the "
                        "file's {:#x}",
                        header.e_shnum, header.e_shentsize, header.e_shoff, sizeof(Elf64_Shdr),
                        file.bytes.size()));
    }
    sections.reserve(header.e_shnum);
    for (u64 index = 0; index < header.e_shnum; ++index) {
        sections.push_back(file.at<Elf64_Shdr>(header.e_shoff + index * sizeof(Elf64_Shdr)));
    }
    return sections;
}

std::optional<std::string_view> string_at(const ElfBytes& file, const Elf64_Shdr& strings,
                                          u64 offset) {
    const std::string_view rest = behind(file, strings, offset);
    const std::size_t end = rest.find('\0');
    return end != std::string_view::npos ? std::optional(rest.substr(0, end)) : std::nullopt;
}

std::vector<ElfSection> debug_sections_of(const ElfBytes& file, const Elf64_Ehdr& header,
                                          const std::vector<Elf64_Shdr>& sections) {
    std::vector<ElfSection> found;
    if (header.e_shstrndx >= sections.size() || !lies_in(file, sections[header.e_shstrndx])) {
        return found;
    }
    u64 total = 0;
    for (const Elf64_Shdr& section : sections) {
        const std::string_view name =
            debug_name(behind(file, sections[header.e_shstrndx], section.sh_name));
        if (name.empty() || !lies_in(file, section)) {
            continue;
        }
        total += section.sh_size;
        if (total > file.bytes.size()) {
            return {};
        }
        const auto form = (section.sh_flags & SHF_COMPRESSED) != 0 ? ElfSection::Form::Compressed
                                                                   : ElfSection::Form::Plain;
        found.push_back({name, file.bytes.subspan(section.sh_offset, section.sh_size), form});
    }
    return found;
}

}  // namespace stampede
