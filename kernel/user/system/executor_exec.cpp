#include "kernel/user/system/executor_exec.h"

#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;
using namespace stampede::abi;

namespace executor {

namespace {

// With its NUL as long as a path may be.
constexpr char long_argument[max_path] = {
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
static_assert(long_argument[max_path - 2] == 'a' && long_argument[max_path - 1] == 0);
constexpr unsigned most_pointers = max_exec_arguments + 2;

const char* pointers[most_pointers + 1];
// with a string across their border, made when it is wanted
alignas(page_size) char pages[page_size + 8];

const char* const* many(const char* argument, unsigned count) {
    for (unsigned n = 0; n < count; ++n) {
        pointers[n] = argument;
    }
    pointers[count] = nullptr;
    return pointers;
}

constexpr std::uint32_t environment_call = 0x73;
constexpr std::uint32_t load_call(SystemCall call) {
    return static_cast<std::uint32_t>(call) << 20 | 17 << 7 | 0x13;
}  // li a7, call

// ELF-64, as kernel/sys/exec.cpp reads it: header, two program headers, code.
struct Segment {
    std::uint32_t type = 1, flags = 5;
    std::uint64_t offset = 0, address = 0, physical = 0, file_bytes = 0, memory_bytes = 0,
                  alignment = 0;
};
struct File {
    std::uint32_t magic = 0x464c457f;
    std::uint8_t file_class = 2, data = 1, rest[10] = {1};
    std::uint16_t type = 2, machine = 243;
    std::uint32_t version = 1;
    std::uint64_t entry = 0, program_headers = 64, section_headers = 0;
    std::uint32_t flags = 0;
    std::uint16_t header_size = 64, program_header_size = sizeof(Segment), program_header_count = 1,
                  section_header_size = 0, section_header_count = 0, section_names = 0;
    Segment segments[2];
    std::uint32_t code[4] = {load_call(SystemCall::fork), environment_call,
                             load_call(SystemCall::exit), environment_call};
};
static_assert(sizeof(File) == 64 + 2 * 56 + 16);

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

File file_with(ProgramFlaw flaw) {
    File file;
    Segment& first = file.segments[0];
    Segment& second = file.segments[1];
    file.entry = offsetof(File, code);
    first.file_bytes = first.memory_bytes = sizeof file;
    second = first;
    second.address = page_size;
    switch (flaw) {
    case ProgramFlaw::magic: ++file.magic; break;
    case ProgramFlaw::file_class: file.file_class = 1; break;
    case ProgramFlaw::data: file.data = 2; break;
    case ProgramFlaw::machine: file.machine = 62; break;
    case ProgramFlaw::entry_size: file.program_header_size = 32; break;
    case ProgramFlaw::headers_missing: file.program_headers = sizeof file; break;
    case ProgramFlaw::no_segments: file.program_header_count = 0; break;
    case ProgramFlaw::other_type: first.type = 2; break;
    case ProgramFlaw::empty_segment: first.memory_bytes = 0; break;
    case ProgramFlaw::bytes_missing: first.file_bytes = first.memory_bytes = 2 * page_size; break;
    case ProgramFlaw::memory_too_small: --first.memory_bytes; break;
    case ProgramFlaw::wraps:
        first.address = ~(page_size - 1);
        first.memory_bytes = 2 * page_size;
        break;
    case ProgramFlaw::past_the_end: first.address = user_max_va; break;
    case ProgramFlaw::misaligned: first.address = 8; break;
    case ProgramFlaw::overlaps:
        file.program_header_count = 2;
        second.address = 0;
        break;
    case ProgramFlaw::no_room_for_stack: first.address = user_max_va - page_size; break;
    case ProgramFlaw::far:
        first.address = gibibyte - page_size;
        file.entry += first.address;
        break;
    case ProgramFlaw::far_and_near:
        file.program_header_count = 2;
        second.address = 5 * gibibyte;
        break;
    case ProgramFlaw::read_only: first.flags = 4; break;
    default: break;
    }
    return file;
}

}  // namespace

const char* const* exec_arguments(ProgramArguments which) {
    // the executor's own main() then does nothing
    static constexpr const char* usual[] = {"again", nullptr};
    switch (which) {
    case ProgramArguments::none: return many("", 0);
    case ProgramArguments::across_pages: {
        char* const text = pages + page_size - 2;
        text[0] = text[1] = text[2] = text[3] = 'a';
        return many(text, 1);
    }
    case ProgramArguments::too_many: return many("a", max_exec_arguments + 1);
    case ProgramArguments::too_long: return many(long_argument, max_exec_arguments + 1);
    case ProgramArguments::a_little_too_long:
        return many(long_argument + 1, max_exec_arguments + 1);
    case ProgramArguments::more_than_a_stack: return many(long_argument, max_exec_arguments);
    case ProgramArguments::pointers_too_many: return many(long_argument, 30);
    case ProgramArguments::bad_array: return reinterpret_cast<const char* const*>(program_hole);
    case ProgramArguments::bad_string:
        return many(reinterpret_cast<const char*>(program_kernel), 1);
    default: return usual;
    }
}

int make_program(ProgramFlaw flaw) {
    const File file = file_with(flaw);
    const int descriptor = open(program_paths[program_made_path], o_create | o_wronly | o_trunc);
    const int bytes = flaw == ProgramFlaw::empty_file ? 0
                      : flaw == ProgramFlaw::cut_off  ? 70
                                                      : static_cast<int>(sizeof file);
    const bool written = descriptor >= 0 && write(descriptor, &file, bytes) == bytes;
    close(descriptor);
    return written ? 0 : -1;
}

}  // namespace executor
