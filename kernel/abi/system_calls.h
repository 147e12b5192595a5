// System-call numbers: xv6's (2022 to 2024), then this project's own. Number in a7, arguments in a0
// to a5, result in a0.
#pragma once
#include <cstdint>

namespace stampede::abi {

enum class SystemCall : std::uint64_t {
    fork = 1,
    exit,
    wait,
    pipe,
    read,
    kill,
    exec,
    fstat,
    chdir,
    dup,
    getpid,
    sbrk,
    sleep,
    uptime,
    open,
    write,
    mknod,
    unlink,
    link,
    mkdir,
    close,
    shutdown = 64,  // (status): ends the machine through the finisher; status 0 passes
    fail_allocation =
        65,             // (n): the n-th allocation of a frame from now on fails, once; 0: none does
    set_priority = 66,  // (pid, priority): 0 to 100; gives the old one. Only under scheduler=pbs
    priority_of = 67,   // (pid, ProcessPriority*). Only under scheduler=pbs
};

// What exec leaves in a2 of the image that begins, beside argc and argv: programs know this kernel
// by it. An xv6 leaves there what its caller had.
inline constexpr std::uint64_t exec_mark = 0x7374616d70656465;  // "stampede"

inline constexpr std::uint64_t page_size = 4096;
inline constexpr std::uint64_t user_max_va = std::uint64_t{1} << 38;  // MAXVA

// open(2) flags
inline constexpr int o_rdonly = 0x000, o_wronly = 0x001, o_rdwr = 0x002, o_create = 0x200,
                     o_trunc = 0x400;

// struct stat's type field
inline constexpr std::int16_t t_dir = 1, t_file = 2, t_device = 3;

struct Stat {
    std::int32_t dev;
    std::uint32_t ino;
    std::int16_t type;
    std::int16_t nlink;
    // 0: named, so that no uninitialised byte of the kernel reaches a user
    std::uint32_t reserved;
    std::uint64_t size;
};

inline constexpr int directory_name_size = 14;
struct DirectoryEntry {
    std::uint16_t inum;
    char name[directory_name_size];
};

// How the scheduler `pbs` sees a process: dynamic_priority = min(100, static_priority + index), and
// the lowest runs first.
struct ProcessPriority {
    std::uint32_t static_priority;
    std::uint32_t index;  // of recent behaviour, 0 to 149
    std::uint32_t dynamic_priority;
    std::uint32_t harts;  // that take processes by it
    std::uint64_t times_scheduled;
    // since it was last given a hart, in the time CSR's unit
    std::uint64_t running, sleeping, waiting;
};

inline constexpr int max_exec_arguments = 32;
inline constexpr int max_path = 128;
inline constexpr int max_open_files = 16;  // per process
inline constexpr int device_numbers = 10;  // majors that there can be; xv6's NDEV
inline constexpr int console_major = 1;

}  // namespace stampede::abi
