// What a fuzzer's program is when it reaches the guest: up to four processes of 16-byte operations,
// as `fetch` delivers them. kernel/user/system/executor runs them. All fields little endian; shared
// by guest and harness, freestanding.
#pragma once
#include <cstddef>
#include <cstdint>

namespace stampede::abi {

// The calls of a program; system calls have their own meaning.
enum class ProgramCall : std::uint8_t {
    fork = 1,
    exit,
    wait,
    pipe,
    read,
    write,
    close,
    dup,
    kill,
    getpid,
    sbrk,
    sleep,
    uptime,
    open,
    fstat,
    chdir,
    mknod,
    unlink,
    link,
    mkdir,
    exec,
    store,
    load,  // of one byte
    fail_allocation,
    jump,          // to an address; where code lies the instruction there is an illegal one instead
    arguments,     // which argv the process's execs have from now on
    make_program,  // writes a small program, wrong in one way or in none, to program_made_path
    system_call,   // by a number that has none
};
inline constexpr unsigned program_call_count = 28;

inline constexpr unsigned program_processes = 4;
// results kept, of each of fork, pipe, open and dup
inline constexpr unsigned program_slots = 4;

// The region: pages that every process has of its own, writable, with these bytes at the beginning.
inline constexpr std::uint32_t program_region_pages = 8;
inline constexpr std::uint32_t program_region_size = program_region_pages * 4096;
constexpr std::uint8_t program_initial_byte(std::uint32_t offset) {
    return static_cast<std::uint8_t>(offset * 37 + (offset >> 8) * 11 + 1);
}

// What an address counts from. Behind the process's stack, a page, comes the region, behind that
// the heap: `region` less one is the stack's last byte. Beneath the stack lies a page where nothing
// is mapped.
enum class ProgramBase : std::uint8_t {
    region,
    heap,       // the break at the beginning; sbrk moves it
    text,       // address 0: the executor's own code, at least a page of it; readable, not writable
    stack,      // the stack's end, less program_downward
    hole,       // no page table covers it
    below_max,  // MAXVA, less program_downward
    above_max,  // MAXVA
    kernel,     // the upper half
    null,       // address 0 as an argument that means nothing; pipe: the executor's own two words
};
inline constexpr unsigned program_base_count = 9;
inline constexpr std::uint32_t program_downward = 0x10000;
inline constexpr std::uint64_t program_hole = 0x1000000000;
inline constexpr std::uint64_t program_kernel = 0xffffffc080000000;

// Descriptors by what they are results of; the numbers are the executor's business.
namespace program_descriptor {
inline constexpr unsigned made = 0;     // 2 * slot: a pipe's reader, + 1: its writer
inline constexpr unsigned shared = 8;   // likewise, of two pipes that all processes have
inline constexpr unsigned opened = 12;  // by slot
inline constexpr unsigned copied = 16;  // dup's, by slot
inline constexpr unsigned raw = 20;     // the number -1 and those behind it
inline constexpr int first_raw = -1, last_raw = 17;
inline constexpr unsigned count = raw + (last_raw - first_raw + 1);
}  // namespace program_descriptor

namespace program_pid {
inline constexpr unsigned forked = 0;   // by slot
inline constexpr unsigned process = 4;  // of the program, by number
inline constexpr unsigned self = 8;
inline constexpr unsigned raw = 9;  // the number 0 and those behind it
inline constexpr unsigned last_raw = 31;
inline constexpr unsigned count = raw + last_raw + 1;
}  // namespace program_pid

// Paths by number: those of this list, then some that are no strings of it.
inline constexpr const char* program_paths[] = {
    "/",        ".",          "..",
    "/dir",     "/echo",      "/executor",
    "/console", "/new0",      "/new1",
    "new2",     "/dir/new",   "/dir/../echo",
    "/echo/x",  "/missing/x", "a-name-longer-than-14",
};
inline constexpr unsigned program_path_count = sizeof program_paths / sizeof program_paths[0];
inline constexpr unsigned program_path_empty = program_path_count;
inline constexpr unsigned program_path_too_long = program_path_count + 1;  // longer than max_path
inline constexpr unsigned program_path_unmapped =
    program_path_count + 2;  // its address is program_hole
inline constexpr unsigned program_path_in_kernel = program_path_count + 3;  // … program_kernel
inline constexpr unsigned program_path_limit = program_path_count + 4;
inline constexpr unsigned program_made_path = 7;          // /new0
inline constexpr const char* program_directory = "/dir";  // is there before the program begins

// argv for exec: what an operation `arguments` chooses.
enum class ProgramArguments : std::uint8_t {
    usual,
    none,
    across_pages,
    too_many,
    too_long,
    a_little_too_long,
    more_than_a_stack,
    pointers_too_many,
    bad_array,
    bad_string,
    count
};

// What is wrong with a program that `make_program` writes.
enum class ProgramFlaw : std::uint8_t {
    none,
    empty_file,
    cut_off,
    magic,
    file_class,
    data,
    machine,
    entry_size,
    headers_missing,
    no_segments,
    other_type,
    empty_segment,
    bytes_missing,
    memory_too_small,
    wraps,
    past_the_end,
    misaligned,
    overlaps,
    no_room_for_stack,
    far,
    far_and_near,
    read_only,
    count
};

struct ProgramOperation {
    static constexpr std::uint8_t must_fault = 1;    // going on behind it is a failure
    static constexpr std::uint8_t not_positive = 2;  // the result must be 0 or negative
    static constexpr std::uint8_t minus_one = 4;     // … must be -1
    static constexpr std::uint8_t byte_known = 8;    // the byte loaded must be `value`

    ProgramCall call;
    std::uint8_t flags;
    std::uint8_t slot;     // fork, pipe, open, dup: where the result is kept
    std::uint8_t operand;  // descriptor, pid or path
    ProgramBase base;      // of an address; offset from it in bytes
    std::uint8_t second;   // link: the new path
    std::uint16_t offset;
    // fork: operations of the child, which are the next ones; the parent goes on behind them. read,
    // write: bytes. store: the byte. Else the call's number: a status, ticks, flags and so on.
    std::int64_t value;
};
static_assert(sizeof(ProgramOperation) == 16);

struct ProgramHeader {
    static constexpr std::uint32_t expected_magic = 0x676f7270;  // "prog"
    struct Part {
        std::uint32_t first;  // operation
        std::uint32_t count;
    };
    std::uint32_t magic;
    std::uint32_t processes;  // 1 to program_processes
    Part parts[program_processes];
    // operations follow
};
static_assert(sizeof(ProgramHeader) % alignof(ProgramOperation) == 0);

// bytes, header included: two pages with their FetchBlock
inline constexpr std::size_t program_image_limit = 8192 - 16;

}  // namespace stampede::abi
