// Small files that ask for much: Symbols must not take more stack or memory for them than their bytes are worth.
#include <elf.h>
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <cstring>

#include "harts/image/symbols.h"

namespace stampede {
namespace {

using testing::HasSubstr;

struct Section {
    std::string name;
    u32 type;
    std::string bytes;
    u32 link = 0;
    u64 entry_size = 0;
};

template <class T>
std::string bytes_of(const T& value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

// Header, the sections' bytes, section headers: none, `sections`, the names of all.
std::string file_of(std::vector<Section> sections) {
    Section names{".shstrtab", SHT_STRTAB, std::string(1, '\0')};
    sections.insert(sections.begin(), Section{"", SHT_NULL, ""});
    sections.push_back(names);
    std::string file(sizeof(Elf64_Ehdr), '\0'), headers;
    for (Section& section : sections) {
        Elf64_Shdr header{};
        header.sh_name = static_cast<u32>(names.bytes.size());
        names.bytes += section.name + '\0';
        section.bytes = &section == &sections.back() ? names.bytes : section.bytes;
        header.sh_type = section.type;
        header.sh_offset = file.size();
        header.sh_size = section.bytes.size();
        header.sh_link = section.link;
        header.sh_entsize = section.entry_size;
        header.sh_addralign = 1;
        headers += bytes_of(header);
        file += section.bytes;
    }
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_RISCV;
    header.e_version = EV_CURRENT;
    header.e_ehsize = sizeof(Elf64_Ehdr);
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = static_cast<u16>(sections.size());
    header.e_shstrndx = static_cast<u16>(sections.size() - 1);
    header.e_shoff = file.size();
    std::memcpy(file.data(), &header, sizeof header);
    return file + headers;
}

// DWARF 4, one unit: header and debugging entries.
std::string unit_of(const std::string& entries) {
    constexpr u16 version = 4;
    constexpr u8 address_size = 8;
    return bytes_of(static_cast<u32>(7 + entries.size())) + bytes_of(version) + bytes_of(u32{0}) + bytes_of(address_size) + entries;
}

// The most memory that this process ever had, in bytes.
u64 peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<u64>(usage.ru_maxrss) << 10;
}

TEST(HostileFile, namespaces_nested_deeper_than_any_stack_are_no_functions) {
    constexpr std::size_t deep = 1'000'000;
    // 1: a unit with children, low_pc address, high_pc data4; 2: a namespace with children and nothing else
    const std::string abbreviations("\x01\x11\x01\x11\x01\x12\x06\0\0\x02\x39\x01\0\0\0", 15);
    const std::string nested = std::string(deep, '\x02') + std::string(deep + 1, '\0');
    const std::string info = unit_of("\x01" + bytes_of(u64{0x1000}) + bytes_of(u32{0x1000}) + nested);
    const std::string file = file_of({{".debug_abbrev", SHT_PROGBITS, abbreviations}, {".debug_info", SHT_PROGBITS, info}});
    const auto symbols = Symbols::parse(file, "deep.elf");
    ASSERT_TRUE(symbols) << symbols.error().message;
    EXPECT_EQ(symbols->find(0x1800).function, "");
}

TEST(HostileFile, units_that_share_one_long_list_of_ranges_are_no_debug_information) {
    constexpr u64 units = 2000, ranges = 4000;
    // 1: a unit without children, ranges at an offset
    const std::string abbreviations("\x01\x11\0\x55\x17\0\0\0", 8);
    std::string info, list;
    for (u64 n = 0; n < units; ++n) {
        info += unit_of("\x01" + bytes_of(u32{0}));
    }
    for (u64 n = 1; n <= ranges; ++n) {
        list += bytes_of(n * 0x100) + bytes_of(n * 0x100 + 0x80);
    }
    list += bytes_of(u64{0}) + bytes_of(u64{0});
    const std::string file = file_of({{".debug_abbrev", SHT_PROGBITS, abbreviations}, {".debug_info", SHT_PROGBITS, info},
                                      {".debug_ranges", SHT_PROGBITS, list}});
    const u64 before = peak_memory();
    const auto symbols = Symbols::parse(file, "shared.elf");
    ASSERT_TRUE(symbols) << symbols.error().message;
    EXPECT_EQ(symbols->find(0x180).function, "");
    EXPECT_LT(peak_memory() - before, 100 * file.size());
}

TEST(HostileFile, symbols_that_share_one_long_name_are_refused) {
    constexpr u32 many = 2000, longest = 100'000;
    std::string table(sizeof(Elf64_Sym), '\0');
    for (u32 n = 1; n <= many; ++n) {
        Elf64_Sym symbol{};
        symbol.st_name = n;
        symbol.st_info = static_cast<u8>(ELF64_ST_INFO(STB_GLOBAL, STT_FUNC));
        symbol.st_shndx = SHN_ABS;
        table += bytes_of(symbol);
    }
    const std::string strings = std::string(1, '\0') + std::string(longest, 'x') + std::string(1, '\0');
    const std::string file = file_of({{".strtab", SHT_STRTAB, strings}, {".symtab", SHT_SYMTAB, table, 1, sizeof(Elf64_Sym)}});
    const auto symbols = Symbols::parse(file, "long.elf");
    ASSERT_FALSE(symbols);
    EXPECT_THAT(symbols.error().message, HasSubstr("long.elf: has symbols whose names take more than 4 times the file's"));
}

}  // namespace
}  // namespace stampede
