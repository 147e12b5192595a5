#include "harts/image/elf_image.h"

#include <gmock/gmock.h>
#include <unistd.h>
#include <xxhash.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iomanip>
#include <sstream>

#include "harts/image/elf_builder.h"

namespace stampede {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr u64 kernel_half = 0xffff'ffc0'0000'0000;

// A kernel as ours is linked: in the high half, loaded at RAM's start, with a large BSS.
ElfBuilder high_half_kernel() {
    ElfBuilder builder;
    builder.entry = kernel_half + 2;
    builder.segments = {{kernel_half, 0x8000'0000, "code that starts", 0x1000},
                        {kernel_half + 0x1000, 0x8000'1000, "data", 0x10'0000}};
    builder.symbols = {{kernel_half + 0x1000, 8, "counts", STT_OBJECT},
                       {kernel_half + 2, 6, "start"},
                       {kernel_half + 8, 4, "panic"},
                       {0x1, 0, "label", STT_NOTYPE},
                       {0x2, 0, "elsewhere", STT_FUNC, SHN_UNDEF}};
    return builder;
}

std::string error_of(const std::vector<std::byte>& file) {
    const Result<ElfImage> image = ElfImage::parse(file, "some/kernel.elf");
    return image ? "no error" : image.error().message;
}

// The error after one change to the ELF header.
std::string error_after(const std::function<void(Elf64_Ehdr&)>& change) {
    auto file = high_half_kernel().build();
    auto header = ElfBuilder::get<Elf64_Ehdr>(file, 0);
    change(header);
    ElfBuilder::put(file, 0, header);
    return error_of(file);
}

// The error after one change to the second program header.
std::string error_after_segment(const std::function<void(Elf64_Phdr&)>& change) {
    auto file = high_half_kernel().build();
    const u64 offset = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
    auto segment = ElfBuilder::get<Elf64_Phdr>(file, offset);
    change(segment);
    ElfBuilder::put(file, offset, segment);
    return error_of(file);
}

// The error after one change to section header `index` (1: strings, 2: symbols).
std::string error_after_section(unsigned index, const std::function<void(Elf64_Shdr&)>& change) {
    auto file = high_half_kernel().build();
    const u64 offset = ElfBuilder::get<Elf64_Ehdr>(file, 0).e_shoff + index * sizeof(Elf64_Shdr);
    auto section = ElfBuilder::get<Elf64_Shdr>(file, offset);
    change(section);
    ElfBuilder::put(file, offset, section);
    return error_of(file);
}

TEST(Elf, segments_keep_their_addresses_bytes_and_sizes) {
    const Result<ElfImage> image = ElfImage::parse(high_half_kernel().build(), "kernel.elf");
    ASSERT_TRUE(image) << image.error().message;
    ASSERT_EQ(image->segments().size(), 2u);
    const ElfSegment& data = image->segments()[1];
    EXPECT_EQ(data.virtual_address, kernel_half + 0x1000);
    EXPECT_EQ(data.physical, 0x8000'1000u);
    EXPECT_EQ(data.memory_size, 0x10'0000u);
    EXPECT_THAT(std::vector(data.bytes.begin(), data.bytes.end()),
                ElementsAre(std::byte{'d'}, std::byte{'a'}, std::byte{'t'}, std::byte{'a'}));
    EXPECT_EQ(image->name(), "kernel.elf");
}

TEST(Elf, the_entry_is_physical) {
    EXPECT_EQ(ElfImage::parse(high_half_kernel().build(), "k")->entry(), 0x8000'0002u);
    ElfBuilder identity;
    identity.entry = 0x8000'0003;
    EXPECT_EQ(ElfImage::parse(identity.build(), "k")->entry(), 0x8000'0003u);
    ElfBuilder physical_already = high_half_kernel();
    physical_already.entry = 0x8000'0004;
    EXPECT_EQ(ElfImage::parse(physical_already.build(), "k")->entry(), 0x8000'0004u);
}

TEST(Elf, functions_and_objects_come_by_address) {
    const Result<ElfImage> image = ElfImage::parse(high_half_kernel().build(), "k");
    ASSERT_TRUE(image);
    std::vector<std::string> names;
    for (const ElfSymbol& symbol : image->symbols()) {
        names.emplace_back(symbol.name);
    }
    EXPECT_THAT(names, ElementsAre("start", "panic", "counts"));
    EXPECT_EQ(image->symbols()[0].address, kernel_half + 2);
    EXPECT_EQ(image->symbols()[0].size, 6u);
    EXPECT_EQ(image->address_of("start").value(), kernel_half + 2);
    ASSERT_FALSE(image->address_of("star"));
    EXPECT_EQ(image->address_of("star").error().message, "k: no symbol star");
}

TEST(Elf, a_label_within_a_function_hides_nothing_of_it) {
    ElfBuilder builder;
    builder.segments[0].memory_size = 0x10;
    builder.symbols = {{0x8000'0000, 0x10, "function"}, {0x8000'0008, 0, "label", STT_NOTYPE, 1}};
    auto file = builder.build();
    // the label's
    const u64 section = ElfBuilder::get<Elf64_Ehdr>(file, 0).e_shoff + sizeof(Elf64_Shdr);
    auto header = ElfBuilder::get<Elf64_Shdr>(file, section);
    header.sh_flags = SHF_EXECINSTR;
    ElfBuilder::put(file, section, header);
    const Result<ElfImage> image = ElfImage::parse(file, "k");
    ASSERT_TRUE(image) << image.error().message;
    ASSERT_NE(image->datum_at(0x8000'000c), nullptr);
    EXPECT_EQ(image->datum_at(0x8000'000c)->name, "function");
    EXPECT_EQ(image->datum_at(0x8000'0010), nullptr);
    ASSERT_NE(image->function_at(0x8000'000c), nullptr);
    EXPECT_EQ(image->function_at(0x8000'000c)->name, "label");
    EXPECT_FALSE(image->address_of("label"));
}

TEST(Elf, a_stripped_file_has_no_symbols) {
    EXPECT_THAT(ElfImage::parse(ElfBuilder{}.build(), "k")->symbols(), IsEmpty());
}

TEST(Elf, the_hash_depends_on_the_loadable_segments_alone) {
    const u64 hash = ElfImage::parse(high_half_kernel().build(), "a")->hash();
    ElfBuilder renamed = high_half_kernel();
    renamed.symbols[0].name = "other";
    EXPECT_EQ(ElfImage::parse(renamed.build(), "b")->hash(), hash);
    ElfBuilder another_byte = high_half_kernel();
    another_byte.segments[1].bytes[3] = 'b';
    EXPECT_NE(ElfImage::parse(another_byte.build(), "a")->hash(), hash);
    ElfBuilder another_size = high_half_kernel();
    another_size.segments[1].memory_size += 8;
    EXPECT_NE(ElfImage::parse(another_size.build(), "a")->hash(), hash);
}

TEST(Elf, a_kernels_name_is_the_xxh3_of_its_segments_shapes_and_bytes) {
    const ElfBuilder kernel = high_half_kernel();
    std::string stream;
    for (const ElfBuilder::Segment& segment : kernel.segments) {
        for (const u64 number : {segment.physical, segment.virtual_address, segment.memory_size,
                                 u64{segment.bytes.size()}}) {
            stream.append(reinterpret_cast<const char*>(&number), sizeof number);
        }
        stream += segment.bytes;
    }
    std::ostringstream expected;
    expected << std::hex << std::setw(16) << std::setfill('0')
             << XXH3_64bits(stream.data(), stream.size());
    EXPECT_EQ(kernel_hash(*ElfImage::parse(kernel.build(), "a")), expected.str());
}

TEST(Elf, memory_far_larger_than_the_file_is_for_the_loader_to_judge) {
    ElfBuilder builder = high_half_kernel();
    builder.segments[1].memory_size = u64{1} << 45;
    builder.segments[1].virtual_address = 0x1000;
    const Result<ElfImage> image = ElfImage::parse(builder.build(), "k");
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(image->segments()[1].memory_size, u64{1} << 45);
}

TEST(Elf, a_wrong_header_is_named_with_what_was_found_and_expected) {
    EXPECT_THAT(error_of({}),
                AllOf(StartsWith("some/kernel.elf: "), HasSubstr("has 0 bytes"), HasSubstr("64")));
    EXPECT_THAT(
        error_after([](Elf64_Ehdr& h) { h.e_ident[0] = '#'; }),
        AllOf(StartsWith("some/kernel.elf: "), HasSubstr("23 45 4c 46"), HasSubstr("7f 45 4c 46")));
    EXPECT_THAT(error_after([](Elf64_Ehdr& h) { h.e_ident[EI_CLASS] = ELFCLASS32; }),
                HasSubstr("class 1"));
    EXPECT_THAT(error_after([](Elf64_Ehdr& h) { h.e_ident[EI_DATA] = ELFDATA2MSB; }),
                HasSubstr("encoding 2"));
    EXPECT_THAT(error_after([](Elf64_Ehdr& h) { h.e_machine = EM_X86_64; }),
                AllOf(HasSubstr("machine 62"), HasSubstr("expected 243 (RISC-V)")));
    EXPECT_THAT(error_after([](Elf64_Ehdr& h) { h.e_type = ET_DYN; }),
                AllOf(HasSubstr("type 3"), HasSubstr("expected 2")));
    EXPECT_THAT(error_after([](Elf64_Ehdr& h) { h.e_entry = 0x1234; }),
                HasSubstr("starts at 0x1234"));
}

TEST(Elf, a_program_header_table_outside_the_file_is_named) {
    EXPECT_THAT(error_after([](Elf64_Ehdr& h) { h.e_phnum = 0; }), HasSubstr("no program headers"));
    EXPECT_THAT(error_after([](Elf64_Ehdr& h) { h.e_phnum = 0xffff; }),
                HasSubstr("65535 program headers"));
    EXPECT_THAT(error_after([](Elf64_Ehdr& h) { h.e_phentsize = 32; }),
                HasSubstr("32 bytes, expected 56"));
    EXPECT_THAT(error_after([](Elf64_Ehdr& h) { h.e_phoff = ~u64{0} - 8; }),
                HasSubstr("0xfffffffffffffff7"));
}

TEST(Elf, a_segment_that_does_not_hold_together_is_named) {
    EXPECT_THAT(error_after_segment([](Elf64_Phdr& p) { p.p_memsz = 2; }),
                HasSubstr("segment 1 has 0x4 bytes in the file"));
    EXPECT_THAT(error_after_segment([](Elf64_Phdr& p) { p.p_offset = ~u64{0}; }),
                HasSubstr("segment 1 takes 0x4 bytes"));
    EXPECT_THAT(error_after_segment([](Elf64_Phdr& p) { p.p_paddr = ~u64{0} - 16; }),
                HasSubstr("wraps around"));
    EXPECT_THAT(error_after_segment([](Elf64_Phdr& p) { p.p_vaddr = ~u64{0} - 16; }),
                HasSubstr("wraps around"));
    EXPECT_THAT(error_after_segment([](Elf64_Phdr& p) { p.p_memsz = ~u64{0}; }),
                HasSubstr("wraps around"));
    EXPECT_THAT(error_after_segment([](Elf64_Phdr& p) { p.p_paddr = 0x8000'0fff; }),
                AllOf(HasSubstr("0x80000000"), HasSubstr("0x80000fff"), HasSubstr("overlap")));
}

TEST(Elf, a_file_without_a_loadable_segment_is_named) {
    ElfBuilder builder;
    builder.segments[0].bytes.clear();
    builder.segments[0].memory_size = 0;
    EXPECT_THAT(error_of(builder.build()), HasSubstr("no loadable segment"));
}

TEST(Elf, segments_that_share_the_files_bytes_many_times_over_are_refused) {
    ElfBuilder builder;
    builder.segments.clear();
    for (u64 i = 0; i < 100; ++i) {
        builder.segments.push_back(
            {0x8000'0000 + i * 0x1'0000, 0x8000'0000 + i * 0x1'0000, "", 0x1'0000});
    }
    auto file = builder.build();
    for (u64 i = 0; i < 100; ++i) {
        const u64 offset = sizeof(Elf64_Ehdr) + i * sizeof(Elf64_Phdr);
        auto segment = ElfBuilder::get<Elf64_Phdr>(file, offset);
        segment.p_offset = 0;
        segment.p_filesz = file.size();
        ElfBuilder::put(file, offset, segment);
    }
    EXPECT_THAT(error_of(file), HasSubstr("expected no more than the file's"));
}

TEST(Elf, a_symbol_table_that_does_not_hold_together_is_named) {
    EXPECT_THAT(error_after([](Elf64_Ehdr& h) { h.e_shoff += 1; }), HasSubstr("section headers"));
    EXPECT_THAT(error_after([](Elf64_Ehdr& h) { h.e_shentsize = 1; }),
                HasSubstr("section headers of 1 bytes"));
    EXPECT_THAT(error_after_section(2, [](Elf64_Shdr& s) { s.sh_entsize = 16; }),
                HasSubstr("entries of 16"));
    EXPECT_THAT(error_after_section(2, [](Elf64_Shdr& s) { s.sh_offset = 1 << 30; }),
                HasSubstr("symbol table of"));
    EXPECT_THAT(error_after_section(2, [](Elf64_Shdr& s) { s.sh_link = 3; }),
                HasSubstr("strings in section 3"));
    EXPECT_THAT(error_after_section(2, [](Elf64_Shdr& s) { s.sh_link = 2; }),
                HasSubstr("string table of type 2"));
    EXPECT_THAT(error_after_section(1, [](Elf64_Shdr& s) { s.sh_size = ~u64{0}; }),
                HasSubstr("string table"));
    EXPECT_THAT(error_after_section(1, [](Elf64_Shdr& s) { s.sh_size = 3; }),
                HasSubstr("name is at"));
}

TEST(Elf, symbols_that_share_one_long_name_are_refused) {
    constexpr u64 many = 2000;
    ElfBuilder builder = high_half_kernel();
    builder.symbols.assign(many, {kernel_half, 4, "f"});
    builder.symbols.push_back({kernel_half, 4, std::string(100'000, 'x')});
    auto file = builder.build();
    const auto sections = ElfBuilder::get<Elf64_Ehdr>(file, 0).e_shoff;
    const auto table = ElfBuilder::get<Elf64_Shdr>(file, sections + 2 * sizeof(Elf64_Shdr));
    EXPECT_EQ(error_of(file), "no error");
    for (u64 n = 1; n <= many; ++n) {
        auto symbol = ElfBuilder::get<Elf64_Sym>(file, table.sh_offset + n * sizeof(Elf64_Sym));
        symbol.st_name = static_cast<u32>(1 + many * 2 + n);  // somewhere in the long one
        ElfBuilder::put(file, table.sh_offset + n * sizeof(Elf64_Sym), symbol);
    }
    EXPECT_THAT(error_of(file), HasSubstr("names take more than 4 times the file's"));
}

TEST(Elf, a_file_cut_anywhere_gives_an_error_that_names_it) {
    const std::vector<std::byte> whole = high_half_kernel().build();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        // A copy of exactly that size, so that AddressSanitizer sees a read past it.
        const std::vector<std::byte> cut(whole.begin(),
                                         whole.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_THAT(error_of(cut), AllOf(StartsWith("some/kernel.elf: "), HasSubstr("expected")))
            << size;
    }
}

TEST(Elf, no_flipped_bit_or_byte_makes_the_reader_stumble) {
    const std::vector<std::byte> whole = high_half_kernel().build();
    unsigned refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const unsigned flip :
             {0x01u, 0x02u, 0x04u, 0x08u, 0x10u, 0x20u, 0x40u, 0x80u, 0xffu}) {
            std::vector<std::byte> changed = whole;
            changed[at] ^= std::byte(flip);
            const Result<ElfImage> image = ElfImage::parse(changed, "some/kernel.elf");
            if (!image) {
                ++refused;
                EXPECT_THAT(image.error().message,
                            AllOf(StartsWith("some/kernel.elf: "), HasSubstr("expected")));
            }
        }
    }
    EXPECT_GT(refused, 100u);
}

class ElfFileTest : public testing::Test {
protected:
    ~ElfFileTest() override { std::filesystem::remove_all(folder); }
    const std::filesystem::path folder = [] {
        auto made =
            std::filesystem::path(testing::TempDir()) / ("elf_test." + std::to_string(getpid()));
        std::filesystem::create_directories(made);
        return made;
    }();
};

TEST_F(ElfFileTest, a_file_is_read_from_disk) {
    const auto file = high_half_kernel().build();
    std::ofstream(folder / "kernel.elf", std::ios::binary)
        .write(reinterpret_cast<const char*>(file.data()),
               static_cast<std::streamsize>(file.size()));
    const Result<ElfImage> image = ElfImage::read(folder / "kernel.elf");
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(image->name(), (folder / "kernel.elf").string());
    EXPECT_EQ(image->symbols().size(), 3u);
}

TEST_F(ElfFileTest, a_file_that_claims_more_bytes_than_any_guest_has_is_refused_unread) {
    std::ofstream(folder / "sparse.elf") << "\x7f"
                                            "ELF";
    std::filesystem::resize_file(folder / "sparse.elf", u64{1} << 42);
    EXPECT_THAT(ElfImage::read(folder / "sparse.elf").error().message,
                AllOf(HasSubstr("sparse.elf: has 4398046511104 bytes"),
                      HasSubstr("expected at most 1073741824")));
}

TEST_F(ElfFileTest, what_is_no_elf_file_is_named) {
    EXPECT_THAT(ElfImage::read(folder / "absent").error().message,
                AllOf(HasSubstr("absent"), HasSubstr("No such file or directory")));
    EXPECT_THAT(ElfImage::read(folder).error().message, HasSubstr("is a directory"));
    EXPECT_THAT(ElfImage::read("/dev/null").error().message,
                AllOf(HasSubstr("/dev/null"), HasSubstr("no regular file")));
    EXPECT_THAT(ElfImage::read("/proc/self/exe").error().message,
                AllOf(HasSubstr("/proc/self/exe"), HasSubstr("expected 243 (RISC-V)")));
}

}  // namespace
}  // namespace stampede
