// System calls as functions: xv6's names, arguments and results (-1 is an error; there is no
// errno). The one list of stubs.
#pragma once
#include "kernel/abi/system_calls.h"

#include <cstdint>
#include <type_traits>

namespace user {

using stampede::abi::ProcessPriority;
using stampede::abi::Stat;
using stampede::abi::SystemCall;

// Any number with any words, for programs that mean to misuse the kernel. Returns a0.
inline std::int64_t raw_call(std::uint64_t number, std::uint64_t first = 0,
                             std::uint64_t second = 0, std::uint64_t third = 0) {
    register std::uint64_t a0 asm("a0") = first;
    register std::uint64_t a1 asm("a1") = second;
    register std::uint64_t a2 asm("a2") = third;
    register std::uint64_t a7 asm("a7") = number;
    asm volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
    return static_cast<std::int64_t>(a0);
}

template <typename T>
inline std::uint64_t argument_word(T value) {
    if constexpr (std::is_pointer_v<T>) {
        return reinterpret_cast<std::uint64_t>(value);
    } else {
        return static_cast<std::uint64_t>(
            static_cast<std::int64_t>(value));  // sign-extended, as the calling convention has it
    }
}

template <typename Result = int, typename... Arguments>
inline Result system_call(SystemCall number, Arguments... arguments) {
    return static_cast<Result>(
        raw_call(static_cast<std::uint64_t>(number), argument_word(arguments)...));
}

inline int fork() { return system_call(SystemCall::fork); }
[[noreturn]] inline void exit(int status) {
    system_call(SystemCall::exit, status);
    __builtin_unreachable();
}
inline int wait(int* status) { return system_call(SystemCall::wait, status); }
inline int pipe(int* ends) { return system_call(SystemCall::pipe, ends); }
inline int read(int fd, void* to, int bytes) {
    return system_call(SystemCall::read, fd, to, bytes);
}
inline int kill(int pid) { return system_call(SystemCall::kill, pid); }
inline int exec(const char* path, const char* const* arguments) {
    return system_call(SystemCall::exec, path, arguments);
}
inline int fstat(int fd, Stat* to) { return system_call(SystemCall::fstat, fd, to); }
inline int chdir(const char* path) { return system_call(SystemCall::chdir, path); }
inline int dup(int fd) { return system_call(SystemCall::dup, fd); }
inline int getpid() { return system_call(SystemCall::getpid); }
inline int sleep(int ticks) { return system_call(SystemCall::sleep, ticks); }
inline int uptime() { return system_call(SystemCall::uptime); }
inline int open(const char* path, int flags) { return system_call(SystemCall::open, path, flags); }
inline int write(int fd, const void* from, int bytes) {
    return system_call(SystemCall::write, fd, from, bytes);
}
inline int mknod(const char* path, int major, int minor) {
    return system_call(SystemCall::mknod, path, major, minor);
}
inline int unlink(const char* path) { return system_call(SystemCall::unlink, path); }
inline int link(const char* existing, const char* name) {
    return system_call(SystemCall::link, existing, name);
}
inline int mkdir(const char* path) { return system_call(SystemCall::mkdir, path); }
inline int close(int fd) { return system_call(SystemCall::close, fd); }
// Ends the machine. 0: passed; else at most 16 bits of status that the finisher reports.
inline int shutdown(int status) { return system_call(SystemCall::shutdown, status); }

// The n-th allocation of a frame from now on, whoever's, fails; 0: none.
inline int fail_allocation(int n) { return system_call(SystemCall::fail_allocation, n); }

// Under scheduler=pbs only, else -1. The static priority, 0 (first) to 100; the result is the one
// before.
inline int set_priority(int pid, int priority) {
    return system_call(SystemCall::set_priority, pid, priority);
}
inline int priority_of(int pid, ProcessPriority* to) {
    return system_call(SystemCall::priority_of, pid, to);
}

// The old end of the heap, or null where there is no memory. `change` in bytes; xv6's counts in
// int. From 2025 on a second argument says when memory is taken.
inline constexpr std::uint64_t sbrk_now = 1;
inline std::uint8_t* sbrk(std::int64_t change) {
    const auto result = raw_call(static_cast<std::uint64_t>(SystemCall::sbrk),
                                 static_cast<std::uint64_t>(change), sbrk_now);
    return result == -1 ? nullptr : reinterpret_cast<std::uint8_t*>(result);
}

}  // namespace user
