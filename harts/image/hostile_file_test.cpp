// Small files that ask for much: Symbols and DataTypes must not take more stack, memory or time for
// them than their bytes are worth.
#include <elf.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <zlib.h>

#include <cstring>

#include "harts/image/data_types.h"
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

// --- types ---------------------------------------------------------------------------------------

// 1: a unit with children; 2: a variable with a name, location and type; 3: an array with a type;
// 4: its dimension with an upper bound; 5: a structure with a name and children; 6: a member with
// a name and type, 7: … and a location; 8: a pointer with a type; 9: a typedef with a type
const std::string type_abbreviations(
    "\x01\x11\x01\0\0"
    "\x02\x34\0\x03\x08\x02\x18\x49\x13\0\0"
    "\x03\x01\x01\x49\x13\0\0"
    "\x04\x21\0\x2f\x0b\0\0"
    "\x05\x13\x01\x03\x08\0\0"
    "\x06\x0d\0\x03\x08\x49\x13\0\0"
    "\x07\x0d\0\x03\x08\x38\x18\x49\x13\0\0"
    "\x08\x0f\0\x49\x13\0\0"
    "\x09\x16\0\x49\x13\0\0\0",
    5 + 11 + 7 + 7 + 7 + 9 + 11 + 7 + 8);
constexpr u32 first_entry = 12;  // behind the unit's header and its own entry

// `v` at 0x1000; the type stands behind it.
const std::string one_variable = "\x02" + std::string("v\0\x09\x03", 4) + bytes_of(u64{0x1000}) +
                                 bytes_of(static_cast<u32>(first_entry + 17));

DataTypes types_of(const std::string& entries,
                   const std::string& abbreviations = type_abbreviations) {
    const std::string file =
        file_of({{".debug_abbrev", SHT_PROGBITS, abbreviations},
                 {".debug_info", SHT_PROGBITS, unit_of("\x01" + entries + '\0')}});
    return DataTypes::read(ElfImage::parse(std::as_bytes(std::span(file)), "hostile.elf").value());
}

TEST(HostileTypes, what_is_made_of_itself_has_no_size) {
    const std::string itself = bytes_of(static_cast<u32>(first_entry + 17));
    const DataTypes array = types_of(one_variable + "\x03" + itself + "\x04\x01" + '\0');
    ASSERT_EQ(array.variables().size(), 1u);
    EXPECT_EQ(array.variables()[0].type->kind, DataType::Kind::Array);
    EXPECT_EQ(array.variables()[0].type->of, array.variables()[0].type);
    EXPECT_EQ(array.variables()[0].type->size, 0u);
    const DataTypes name = types_of(one_variable + "\x09" + itself);
    EXPECT_EQ(name.variables().at(0).type->kind, DataType::Kind::Unknown);
    const DataTypes structure =
        types_of(one_variable + "\x05" + std::string("s\0\x06m\0", 5) + itself + '\0');
    ASSERT_EQ(structure.variables().at(0).type->members.size(), 1u);
    EXPECT_EQ(structure.variables()[0].type->members[0].type, structure.variables()[0].type);
}

TEST(HostileTypes, an_array_that_is_larger_than_addresses_has_no_size) {
    std::string dimensions;
    for (int n = 0; n < 8; ++n) {
        dimensions += "\x04\xff";
    }
    const std::string pointer = bytes_of(static_cast<u32>(first_entry + 17 + 5 + 17));
    const DataTypes types =
        types_of(one_variable + "\x03" + pointer + dimensions + '\0' + "\x08" + pointer);
    EXPECT_EQ(types.variables().at(0).type->count, 256u);
    EXPECT_EQ(types.variables()[0].type->size, 0u);
}

TEST(HostileTypes, a_member_at_a_place_that_is_computed_is_left_out) {
    const std::string itself = bytes_of(static_cast<u32>(first_entry + 17));
    const auto members = [&](const std::string& location) {
        const std::string block = static_cast<char>(location.size()) + location;
        const DataTypes types =
            types_of(one_variable + "\x05" + std::string("s\0\x07m\0", 5) + block + itself + '\0');
        return types.variables().at(0).type->members;
    };
    ASSERT_EQ(members("\x23\x28").size(), 1u);
    EXPECT_EQ(members("\x23\x28")[0].offset, 0x28u) << "DW_OP_plus_uconst";
    EXPECT_EQ(members("\x12\x23\x28").size(), 0u) << "DW_OP_dup before it";
    EXPECT_EQ(members("\x06").size(), 0u) << "DW_OP_deref";
    EXPECT_EQ(members("").size(), 0u);
}

TEST(HostileTypes, scopes_nested_deeper_than_any_stack_end) {
    // 1: a unit with children; 2: a namespace with children and nothing else
    const std::string abbreviations("\x01\x11\x01\0\0\x02\x39\x01\0\0\0", 11);
    constexpr std::size_t deep = 200'000;
    EXPECT_EQ(types_of(std::string(deep, '\x02') + std::string(deep, '\0'), abbreviations)
                  .variables()
                  .size(),
              0u);
}

// A structure at every byte of a run of them, each of which has all that follow as its members: as
// many steps as the square of the bytes.
TEST(HostileTypes, entries_that_are_read_again_and_again_are_no_debug_information) {
    // 1: a unit with children; 2: a variable with a location and type; 3: a structure with children
    // and nothing else
    const std::string abbreviations(
        "\x01\x11\x01\0\0\x02\x34\0\x02\x18\x49\x13\0\0\x03\x13\x01\0\0\0", 20);
    constexpr u32 many = 30'000, bytes_of_one = 1 + 10 + 4;
    std::string variables;
    for (u32 n = 0; n < many; ++n) {
        variables += "\x02" + std::string("\x09\x03", 2) + bytes_of(u64{0x1000}) +
                     bytes_of(first_entry + many * bytes_of_one + n);
    }
    const DataTypes types =
        types_of(variables + std::string(many, '\x03') + std::string(many, '\0'), abbreviations);
    EXPECT_EQ(types.variables().size(), 0u);
    EXPECT_THAT(std::string(types.refused()), HasSubstr("without end"));
}

TEST(HostileTypes, entries_with_attributes_that_take_no_bytes_are_no_debug_information) {
    std::string abbreviation = std::string("\x01\x11\x01\0\0\x02\x34\0", 8);
    for (int n = 0; n < 65; ++n) {
        abbreviation += "\x3f\x19";  // external, present
    }
    const DataTypes types = types_of("\x02", abbreviation + std::string(3, '\0'));
    EXPECT_THAT(std::string(types.refused()), HasSubstr("65 attributes, expected at most 64"));
}

TEST(HostileTypes, units_that_share_one_long_table_of_abbreviations_are_no_debug_information) {
    std::string abbreviations, info;
    for (u32 n = 1; n < 128; ++n) {
        abbreviations += static_cast<char>(n) + std::string("\x11\0\x03\x08\0\0", 6);
    }
    for (int n = 0; n < 1000; ++n) {
        info += unit_of("\x01" + std::string(1, '\0'));
    }
    const std::string file = file_of({{".debug_abbrev", SHT_PROGBITS, abbreviations + '\0'},
                                      {".debug_info", SHT_PROGBITS, info}});
    const DataTypes types =
        DataTypes::read(ElfImage::parse(std::as_bytes(std::span(file)), "hostile.elf").value());
    EXPECT_THAT(std::string(types.refused()), HasSubstr("bytes of abbreviations in sum"));
}

}  // namespace
}  // namespace stampede
