// Expected: names and marked lines of symbols_test_guest/, and for every instruction what
// llvm-symbolizer says.
#include "harts/image/symbols.h"

#include <gmock/gmock.h>
#include <stdio.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <map>

#include "harts/image/function_name.h"

namespace stampede {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

constexpr u64 text_base = 0xffff'ffc0'0000'0000;
constexpr u64 load_base = 0x8000'0000;

const Symbols& guest() {
    static const Symbols symbols(ElfImage::read(SYMBOLS_TEST_GUEST).value());
    return symbols;
}

// The line of functions.cpp that carries `mark: name`.
u32 marked_line(const std::string& name) {
    std::ifstream source(SYMBOLS_TEST_SOURCE);
    u32 number = 0;
    for (std::string line; std::getline(source, line);) {
        ++number;
        if (line.ends_with("mark: " + name)) {
            return number;
        }
    }
    ADD_FAILURE() << "no mark " << name;
    return 0;
}

// The frames at the first instruction of a function that has so many of them.
std::vector<SourceLocation> first_with_depth(const char* function, std::size_t depth) {
    const u64 start = guest().address_of(function).value_or(0);
    for (u64 pc = start; pc < start + 128; pc += 2) {
        if (auto frames = guest().frames(pc); frames.size() == depth) {
            return frames;
        }
    }
    ADD_FAILURE() << function << " has no instruction with " << depth << " frames";
    return std::vector<SourceLocation>(depth);
}

TEST(Symbols, a_pc_gives_function_file_and_line) {
    const auto frames = first_with_depth("guest::outer", 1);
    EXPECT_EQ(frames[0].function, "guest::outer");
    EXPECT_EQ(frames[0].file, "harts/image/symbols_test_guest/functions.cpp");
    EXPECT_NE(frames[0].line, 0u);
}

TEST(Symbols, inlined_calls_are_frames_of_their_own_innermost_first) {
    const auto frames = first_with_depth("guest::outer", 3);
    EXPECT_EQ(frames[0].function, "guest::innermost");
    EXPECT_EQ(frames[0].line, marked_line("innermost"));
    EXPECT_EQ(frames[1].function, "guest::middle");
    EXPECT_EQ(frames[1].line, marked_line("middle"));
    EXPECT_EQ(frames[2].function, "guest::outer");
    EXPECT_EQ(frames[2].line, marked_line("outer"));
    EXPECT_EQ(frames[0].pc, frames[2].pc);
    EXPECT_THAT(frames[2].file, EndsWith("functions.cpp"));
}

TEST(Symbols, a_physical_address_is_the_code_loaded_there) {
    const u64 start = guest().address_of("guest_main").value_or(0);
    ASSERT_GE(start, text_base);
    const SourceLocation physical = guest().find(start - text_base + load_base);
    EXPECT_EQ(physical.function, "guest_main");
    EXPECT_EQ(physical.line, guest().find(start).line);
    EXPECT_EQ(physical.pc, start - text_base + load_base);
}

TEST(Symbols, assembly_labels_are_functions_where_nothing_better_is_known) {
    const u64 start = guest().address_of("_start").value_or(0);
    EXPECT_EQ(start, text_base);
    EXPECT_EQ(guest().find(start).function, "_start");
    EXPECT_EQ(guest().find(start).file, "harts/image/symbols_test_guest/start.S");
    EXPECT_EQ(guest().find(start).line, 5u);
    EXPECT_EQ(guest().find(guest().address_of("again").value_or(0)).function, "again");
}

TEST(Symbols, a_return_address_belongs_to_its_call) {
    // the call to guest_main returns there
    const u64 after_call = guest().address_of("again").value_or(0);
    EXPECT_EQ(guest().find(after_call).function, "again");
    const SourceLocation caller = guest().find(after_call, PcKind::ReturnAddress);
    EXPECT_EQ(caller.function, "_start");
    EXPECT_EQ(caller.line, 6u);
    EXPECT_EQ(caller.pc, after_call);
}

TEST(Symbols, a_stack_is_an_instruction_and_return_addresses) {
    const u64 inner = guest().address_of("guest::doubled<long>").value_or(0);
    const auto stack = guest().stack({inner, guest().address_of("again").value_or(0)});
    ASSERT_EQ(stack.size(), 2u);
    EXPECT_EQ(stack[0].function, "guest::doubled<long>");
    EXPECT_EQ(stack[1].function, "_start");
}

TEST(Symbols, an_address_outside_the_program_has_no_name) {
    for (const u64 pc : {u64{0}, u64{0x1234}, load_base - 2, text_base - 2, ~u64{0}}) {
        const auto frames = guest().frames(pc);
        ASSERT_EQ(frames.size(), 1u);
        EXPECT_EQ(frames[0].function, "") << std::hex << pc;
        EXPECT_EQ(frames[0].file, "");
        EXPECT_EQ(frames[0].pc, pc);
    }
    EXPECT_EQ(guest().address_of("absent"), std::nullopt);
}

TEST(Symbols, labels_are_no_data) {
    const u64 start = guest().address_of("_start").value_or(0);
    EXPECT_FALSE(guest().image().address_of("_start"));
    EXPECT_EQ(guest().image().datum_at(start), nullptr);
    const ElfSymbol* plain =
        guest().image().datum_at(guest().address_of("guest::plain").value_or(0));
    ASSERT_NE(plain, nullptr);
    EXPECT_EQ(readable_function_name(std::string(plain->name)), "guest::plain");
}

TEST(Symbols, what_is_no_elf_file_is_named) {
    EXPECT_THAT(ElfImage::read("/nonexistent/kernel.elf").error().message,
                AllOf(HasSubstr("/nonexistent/kernel.elf"), HasSubstr("No such file")));
    EXPECT_THAT(ElfImage::read(SYMBOLS_TEST_SOURCE).error().message,
                AllOf(HasSubstr(SYMBOLS_TEST_SOURCE), HasSubstr("expected ELF's magic")));
    const std::string sparse =
        testing::TempDir() + "symbols_test_sparse." + std::to_string(getpid());
    std::ofstream(sparse) << "\x7f"
                             "ELF";
    std::filesystem::resize_file(sparse, u64{1} << 42);
    EXPECT_THAT(ElfImage::read(sparse).error().message,
                AllOf(HasSubstr(sparse), HasSubstr("1073741824")));
    EXPECT_EQ(remove(sparse.c_str()), 0);
}

TEST(Symbols, a_file_cut_short_gives_fewer_names_or_an_error) {
    std::ifstream source(SYMBOLS_TEST_GUEST, std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(source), {}};
    ASSERT_GT(whole.size(), 1000u);
    const std::string cut = testing::TempDir() + "symbols_test_cut." + std::to_string(getpid());
    for (std::size_t part = 0; part < 64; ++part) {
        std::ofstream(cut, std::ios::binary) << whole.substr(0, whole.size() * part / 64);
        if (Result<ElfImage> image = ElfImage::read(cut)) {
            EXPECT_FALSE(Symbols(std::move(*image)).frames(text_base + 0x14).empty());
        } else {
            EXPECT_THAT(image.error().message, HasSubstr(cut));
        }
    }
    EXPECT_EQ(remove(cut.c_str()), 0);
}

// --- the oracle ----------------------------------------------------------------------------------

std::string output_of(const std::string& command) {
    std::string output;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> block;
    for (std::size_t count; (count = fread(block.data(), 1, block.size(), pipe)) > 0;) {
        output.append(block.data(), count);
    }
    EXPECT_EQ(pclose(pipe), 0) << command;
    return output;
}

// "file:line" of each frame of each address; llvm-symbolizer prints function and file:line:column
// in turns, and an empty line after each address.
std::map<u64, std::vector<std::string>> llvm_frames(const std::vector<u64>& addresses) {
    std::string command =
        LLVM_SYMBOLIZER " --no-demangle --inlines --relativenames --obj=" SYMBOLS_TEST_GUEST;
    for (const u64 address : addresses) {
        command += " " + std::to_string(address);
    }
    std::istringstream lines(output_of(command));
    std::map<u64, std::vector<std::string>> frames;
    for (const u64 address : addresses) {
        std::string function, place;
        while (std::getline(lines, function) && !function.empty() && std::getline(lines, place)) {
            const std::size_t column = place.rfind(':');
            frames[address].push_back(place.substr(0, column));
        }
    }
    return frames;
}

TEST(Symbols, every_instruction_agrees_with_llvm_symbolizer) {
    std::vector<u64> addresses;
    for (const char* name :
         {"guest_main", "guest::outer", "guest::doubled<long>", "guest::Pool::drop"}) {
        const u64 start = guest().address_of(name).value_or(0);
        ASSERT_NE(start, 0u) << name;
        for (u64 pc = start;
             guest().find(pc).line != 0 && guest().frames(pc).back().function == name; pc += 2) {
            addresses.push_back(pc);
        }
    }
    ASSERT_GT(addresses.size(), 60u);
    for (const auto& [address, expected] : llvm_frames(addresses)) {
        std::vector<std::string> found;
        for (const SourceLocation& frame : guest().frames(address)) {
            found.push_back(frame.file + ":" + std::to_string(frame.line));
        }
        EXPECT_EQ(found, expected) << std::hex << address;
    }
}

// --- names ---------------------------------------------------------------------------------------

TEST(FunctionName, is_qualified_and_without_parameters) {
    EXPECT_EQ(readable_function_name("_ZN6kernel6Frames4dropERNS_5FrameE"), "kernel::Frames::drop");
    EXPECT_EQ(readable_function_name("_ZNK6kernel6Frames5countERKNS_5FrameE"),
              "kernel::Frames::count");
    EXPECT_EQ(readable_function_name("_Z5panicPKc"), "panic");
    EXPECT_EQ(readable_function_name("main"), "main");
    EXPECT_EQ(readable_function_name("_start"), "_start");
    EXPECT_EQ(readable_function_name(""), "");
}

TEST(FunctionName, keeps_template_arguments_but_no_return_type) {
    EXPECT_EQ(readable_function_name("_ZN5guest7doubledIlEET_S1_"), "guest::doubled<long>");
    EXPECT_EQ(readable_function_name("_ZN1a1bIFivEEEvT_"), "a::b<int ()>");
}

// P<int, int>, P of two of those, P of two of those…
std::string doubling_name(unsigned times) {
    const std::string digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    std::string name = "_Z1f1PIiiE";
    for (unsigned n = 0; n < times; ++n) {
        const std::string last = std::string("S") + digits[n] + "_";
        name += "S_I" + last + last + "E";
    }
    return name;
}

TEST(FunctionName, stays_as_it_is_where_it_would_double_without_end) {
    EXPECT_EQ(readable_function_name(doubling_name(3)), "f");
    const std::string endless = doubling_name(34);
    EXPECT_LT(endless.size(), 400u);
    EXPECT_EQ(readable_function_name(endless), endless);
}

TEST(FunctionName, keeps_long_names_with_many_references) {
    // std::map<std::string, std::vector<std::string>>::operator[](std::string const&)
    EXPECT_EQ(
        readable_function_name(
            "_ZNSt3mapINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEESt6vectorIS5_SaIS5_"
            "EESt4lessIS5_ESaISt4pairIKS5_S8_EEEixERSC_"),
        "std::map<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >, "
        "std::vector<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> "
        ">, "
        "std::allocator<std::__cxx11::basic_string<char, std::char_traits<char>, "
        "std::allocator<char> > > >, "
        "std::less<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > "
        ">, "
        "std::allocator<std::pair<std::__cxx11::basic_string<char, std::char_traits<char>, "
        "std::allocator<char> > const, "
        "std::vector<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> "
        ">, "
        "std::allocator<std::__cxx11::basic_string<char, std::char_traits<char>, "
        "std::allocator<char> > > > > > >::operator[]");
}

TEST(FunctionName, knows_operators_lambdas_and_anonymous_namespaces) {
    EXPECT_EQ(readable_function_name("_ZN1XclEv"), "X::operator()");
    EXPECT_EQ(readable_function_name("_ZNK1XcvbEv"), "X::operator bool");
    EXPECT_EQ(readable_function_name("_ZN1XltERKS_"), "X::operator<");
    EXPECT_EQ(readable_function_name("_ZN5guest12_GLOBAL__N_16hiddenEl"),
              "guest::(anonymous namespace)::hidden");
    EXPECT_EQ(readable_function_name("_ZN1aC1Ev"), "a::a");
}

std::string member(const char* name, u64 offset) {
    return guest().member_at(guest().address_of(name).value_or(0), offset);
}

TEST(Symbols, a_place_in_a_variable_is_named_by_elements_and_members) {
    constexpr u64 whole = 40, part = 16, parts = 8, shorts = 4;
    EXPECT_EQ(member("guest::wholes", 2 * whole + parts + part + shorts + 2 * (1 * 3 + 2)),
              "[2].parts[1].shorts[1][2]");
    EXPECT_EQ(member("guest::wholes", 0), "[0].tag") << "a base's member";
    EXPECT_EQ(member("guest::wholes", 3 * whole + parts), "[3].parts[0].first");
    EXPECT_EQ(member("guest::wholes", 3 * whole + parts + 1), "[3].parts[0].first+0x1");
    EXPECT_EQ(member("guest::(anonymous namespace)::apart", 4), ".shorts[0][0]");
    EXPECT_EQ(member("guest::plain", 0), "");
    EXPECT_EQ(member("guest::plain", 4), "+0x4");
    EXPECT_EQ(guest().member_at(guest().address_of("guest::wholes").value_or(0) + 8, 8), "+0x8")
        << "no variable begins there";
    EXPECT_EQ(guest().member_at(guest().address_of("guest::outer").value_or(0), 2), "+0x2")
        << "no variable";
}

}  // namespace
}  // namespace stampede
