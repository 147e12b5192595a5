// Small files that ask for much: Symbols must not take more stack or memory for them than their
// bytes are worth.
#include <elf.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <zlib.h>

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
    u64 flags = 0;
};

template <class T>
std::string bytes_of(const T& value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

// Header, a segment that holds 0x1000 and what the tests look for, the sections' bytes, section
// headers: none, `sections`, the names of all.
std::string file_of(std::vector<Section> sections) {
    Section names{".shstrtab", SHT_STRTAB, std::string(1, '\0')};
    sections.insert(sections.begin(), Section{"", SHT_NULL, ""});
    sections.push_back(names);
    std::string file(sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr), '\0'), headers;
    for (Section& section : sections) {
        Elf64_Shdr header{};
        header.sh_name = static_cast<u32>(names.bytes.size());
        names.bytes += section.name + '\0';
        section.bytes = &section == &sections.back() ? names.bytes : section.bytes;
        header.sh_type = section.type;
        header.sh_flags = section.flags;
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
    header.e_entry = 0x1000;
    header.e_ehsize = sizeof(Elf64_Ehdr);
    header.e_phoff = sizeof(Elf64_Ehdr);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 1;
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = static_cast<u16>(sections.size());
    header.e_shstrndx = static_cast<u16>(sections.size() - 1);
    header.e_shoff = file.size();
    std::memcpy(file.data(), &header, sizeof header);
    Elf64_Phdr segment{};
    segment.p_type = PT_LOAD;
    segment.p_vaddr = segment.p_paddr = header.e_entry;
    segment.p_memsz = 0x100000;
    std::memcpy(file.data() + sizeof header, &segment, sizeof segment);
    return file + headers;
}

// DWARF 4, one unit: header and debugging entries.
std::string unit_of(const std::string& entries) {
    constexpr u16 version = 4;
    constexpr u8 address_size = 8;
    return bytes_of(static_cast<u32>(7 + entries.size())) + bytes_of(version) + bytes_of(u32{0}) +
           bytes_of(address_size) + entries;
}

Symbols symbols_of(const std::string& file) {
    return Symbols(ElfImage::parse(std::as_bytes(std::span(file)), "hostile.elf").value());
}

// As SHF_COMPRESSED has it; best for what has nothing but zeros in it.
std::string compressed(const std::string& bytes) {
    std::string packed(compressBound(bytes.size()), '\0');
    uLongf size = packed.size();
    EXPECT_EQ(compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                        reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), 9),
              Z_OK);
    Elf64_Chdr header{};
    header.ch_type = ELFCOMPRESS_ZLIB;
    header.ch_size = bytes.size();
    header.ch_addralign = 1;
    return bytes_of(header) + packed.substr(0, size);
}

// 1: a unit with children, low_pc address, high_pc data4; 2: a function with a name and the same
const std::string one_function_abbreviations(
    "\x01\x11\x01\x11\x01\x12\x06\0\0\x02\x2e\0\x03\x08\x11\x01\x12\x06\0\0\0", 21);

// `f`, from 0x1000 to 0x2000.
std::string one_function() {
    const std::string range = bytes_of(u64{0x1000}) + bytes_of(u32{0x1000});
    return unit_of("\x01" + range + "\x02" + std::string("f\0", 2) + range + '\0');
}

std::string file_of_one_function(Section info) {
    return file_of({{".debug_abbrev", SHT_PROGBITS, one_function_abbreviations}, std::move(info)});
}

// The most memory that this process ever had, in bytes.
u64 peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<u64>(usage.ru_maxrss) << 10;
}

TEST(HostileFile, namespaces_nested_deeper_than_any_stack_are_no_functions) {
    constexpr std::size_t deep = 1'000'000;
    // 1: a unit with children, low_pc address, high_pc data4; 2: a namespace with children and
    // nothing else
    const std::string abbreviations("\x01\x11\x01\x11\x01\x12\x06\0\0\x02\x39\x01\0\0\0", 15);
    const std::string nested = std::string(deep, '\x02') + std::string(deep + 1, '\0');
    const std::string info =
        unit_of("\x01" + bytes_of(u64{0x1000}) + bytes_of(u32{0x1000}) + nested);
    const std::string file = file_of(
        {{".debug_abbrev", SHT_PROGBITS, abbreviations}, {".debug_info", SHT_PROGBITS, info}});
    EXPECT_EQ(symbols_of(file).find(0x1800).function, "");
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
    const std::string file = file_of({{".debug_abbrev", SHT_PROGBITS, abbreviations},
                                      {".debug_info", SHT_PROGBITS, info},
                                      {".debug_ranges", SHT_PROGBITS, list}});
    const u64 before = peak_memory();
    EXPECT_EQ(symbols_of(file).find(0x1040).function, "");
    EXPECT_LT(peak_memory() - before, 100 * file.size());
}

TEST(HostileFile, a_compressed_section_counts_like_any_other) {
    const std::string plain = file_of_one_function({".debug_info", SHT_PROGBITS, one_function()});
    EXPECT_EQ(symbols_of(plain).find(0x1800).function, "f");
    const std::string packed = file_of_one_function(
        {".debug_info", SHT_PROGBITS, compressed(one_function()), 0, 0, SHF_COMPRESSED});
    EXPECT_EQ(symbols_of(packed).find(0x1800).function, "f");
}

TEST(HostileFile, a_section_that_inflates_to_many_times_the_file_is_no_debug_information) {
    constexpr std::size_t zeros = std::size_t{16} << 20;
    const std::string packed = compressed(one_function() + std::string(zeros, '\0'));
    const std::string file =
        file_of_one_function({".debug_info", SHT_PROGBITS, packed, 0, 0, SHF_COMPRESSED});
    EXPECT_EQ(symbols_of(file).find(0x1800).function, "");
    const std::string cut =
        file_of_one_function({".debug_info", SHT_PROGBITS, packed.substr(0, sizeof(Elf64_Chdr) - 1),
                              0, 0, SHF_COMPRESSED});
    EXPECT_EQ(symbols_of(cut).find(0x1800).function, "");
}

TEST(HostileFile, sections_that_share_the_files_bytes_are_no_debug_information) {
    std::string file = file_of_one_function({".debug_info", SHT_PROGBITS, one_function()});
    Elf64_Ehdr header;
    std::memcpy(&header, file.data(), sizeof header);
    Elf64_Shdr info;
    const std::size_t at = header.e_shoff + 2 * sizeof info;
    std::memcpy(&info, file.data() + at, sizeof info);
    info.sh_size = file.size() - info.sh_offset;
    std::memcpy(file.data() + at, &info, sizeof info);
    EXPECT_EQ(symbols_of(file).find(0x1800).function, "f")
        << "what lies behind a unit is another, or nothing";
    info.sh_offset = 0;
    info.sh_size = file.size();
    std::memcpy(file.data() + at, &info, sizeof info);
    EXPECT_EQ(symbols_of(file).image().debug_sections().size(), 0u);
    info.sh_size = file.size() + 1;
    std::memcpy(file.data() + at, &info, sizeof info);
    EXPECT_EQ(symbols_of(file).image().debug_sections().size(), 1u) << "the other one";
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
    const std::string strings =
        std::string(1, '\0') + std::string(longest, 'x') + std::string(1, '\0');
    const std::string file = file_of(
        {{".strtab", SHT_STRTAB, strings}, {".symtab", SHT_SYMTAB, table, 1, sizeof(Elf64_Sym)}});
    const auto image = ElfImage::parse(std::as_bytes(std::span(file)), "long.elf");
    ASSERT_FALSE(image);
    EXPECT_THAT(image.error().message,
                HasSubstr("long.elf: has symbols whose names take more than 4 times the file's"));
}

}  // namespace
}  // namespace stampede
