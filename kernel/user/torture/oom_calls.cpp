#include "kernel/user/torture/oom_calls.h"

#include "kernel/user/lib/child.h"
#include "kernel/user/lib/memory.h"

namespace user {
namespace {

constexpr std::uint64_t shared_pages = 12, words_of_page = page_size / sizeof(std::uint64_t);
constexpr std::uint64_t stamp = 0x0123456789abcdef;
alignas(page_size) volatile std::uint64_t shared[shared_pages][words_of_page];

[[noreturn]] void end_call(bool succeeded) {
    exit(succeeded ? done_status : failed_cleanly_status);
}

// The child reads a word that it shares and exits: done_status when the word is right. It stores
// nothing, so it needs no memory; in assembly, for a compiler may store what it likes.
int fork_a_reader() {
    register std::uint64_t a0 asm("a0") = 0;
    register std::uint64_t a7 asm("a7") = static_cast<std::uint64_t>(SystemCall::fork);
    asm volatile(
        "ecall\n\t"
        "bnez a0, 1f\n\t"
        "ld t0, (%[word])\n\t"
        "bne t0, %[stamp], 2f\n\t"
        "li a0, %[done]\n"
        "2: li a7, %[exit]\n\t"
        "ecall\n"
        "1:"
        : "+r"(a0), "+r"(a7)
        : [word] "r"(&shared[0][0]), [stamp] "r"(stamp), [done] "i"(done_status),
          [exit] "i"(static_cast<int>(SystemCall::exit))
        : "t0", "memory");
    return static_cast<int>(a0);
}

[[noreturn]] void call_fork() {
    const int pid = fork_a_reader();
    int status = 0;
    if (pid < 0) {
        end_call(false);
    }
    if (wait(&status) != pid || status != done_status) {
        fail("a child forked in need did not find its parent's memory", "status %d", status);
    }
    end_call(true);
}

[[noreturn]] void call_fault() {
    for (std::uint64_t page = 0; page < shared_pages; ++page) {
        shared[page][page] = page;
    }
    for (std::uint64_t page = 0; page < shared_pages; ++page) {
        if (shared[page][page] != page || shared[page][words_of_page - 1] != stamp + page) {
            fail("a page copied in need holds wrong bytes", "page %lu", page);
        }
    }
    end_call(true);
}

[[noreturn]] void call_copyout() {
    constexpr int bytes = 2 * page_size;
    int ends[2];
    if (pipe(ends) < 0) {
        end_call(false);
    }
    for (int i = 0; i < 16; ++i) {
        write(ends[1], "12345678", 8);
    }
    // 64 bytes in either page
    auto* const target = reinterpret_cast<volatile std::uint8_t*>(shared) + page_size - 64;
    const int got = read(ends[0], const_cast<std::uint8_t*>(target), bytes);
    for (int i = 0; i < 128; ++i) {
        const auto* old = reinterpret_cast<const std::uint8_t*>(&stamp);
        const bool is_new = target[i] == '1' + i % 8;
        const bool is_old = target[i] == old[i % 8] + (i >= 64 && i % 8 == 0 ? 1 : 0);
        if (i < got ? !is_new : !is_old && !is_new) {
            fail("read() in need delivered wrong bytes", "byte %d is 0x%x after %d bytes", i,
                 target[i], got);
        }
    }
    end_call(got == 128);
}

[[noreturn]] void call_exec() {
    const char* const arguments[] = {"oom", "was_executed", nullptr};
    exec("/oom", arguments);
    check_shared("a failed exec() changed its caller");
    end_call(false);
}

[[noreturn]] void call_sbrk() {
    constexpr std::int64_t bytes = 5 * page_size;
    const std::uint8_t* const before = sbrk(0);
    const std::uint8_t* const got = sbrk(bytes);
    const std::uint8_t* const after = sbrk(0);
    if (after != before + (got != nullptr ? bytes : 0)) {
        fail("sbrk() in need left the heap at a wrong end", "%p, it began at %p", after, before);
    }
    for (std::int64_t i = 0; got != nullptr && i < bytes; ++i) {
        if (got[i] != 0) {
            fail("sbrk() in need gave memory that is not zeroed", "byte %ld", i);
        }
    }
    end_call(got != nullptr);
}

[[noreturn]] void call_pipe() {
    int ends[2];
    if (pipe(ends) < 0) {
        end_call(false);
    }
    char byte = 0;
    const bool works = write(ends[1], "x", 1) == 1 && read(ends[0], &byte, 1) == 1 && byte == 'x';
    end_call(works);
}

// Blocks behind the direct ones too.
[[noreturn]] void call_write_file() {
    constexpr int blocks = 10;
    constexpr const char* path = "/oom.file";
    const int fd = open(path, stampede::abi::o_create | stampede::abi::o_rdwr);
    if (fd < 0) {
        end_call(false);
    }
    int written = 0;
    while (written < blocks &&
           write(fd, const_cast<std::uint64_t*>(shared[0]), page_size) == page_size) {
        ++written;
    }
    close(fd);
    const int again = open(path, stampede::abi::o_rdonly);
    std::uint64_t word = 0;
    for (int i = 0; i < written * static_cast<int>(words_of_page); ++i) {
        if (read(again, &word, sizeof word) != static_cast<int>(sizeof word) || word != stamp) {
            fail("a file written in need holds wrong bytes", "word %d is 0x%lx", i, word);
        }
    }
    close(again);
    if (unlink(path) < 0) {
        fail("a file written in need cannot be removed", "unlink() failed");
    }
    end_call(written == blocks);
}

[[noreturn]] void call_mkdir() {
    if (mkdir("/oom.dir") < 0) {
        end_call(false);
    }
    if (unlink("/oom.dir") < 0) {
        fail("a directory made in need cannot be removed", "unlink() failed");
    }
    end_call(true);
}

constexpr Stage all_stages[] = {
    {"fork", call_fork, false},
    {"fault", call_fault, false},
    {"copyout", call_copyout, false},
    {"exec", call_exec, false},
    {"sbrk", call_sbrk, false},
    {"pipe", call_pipe, false},
    {"write file", call_write_file, true},
    {"mkdir", call_mkdir, true},
};

}  // namespace

std::span<const Stage> stages() { return all_stages; }

void fill_shared() {
    for (std::uint64_t page = 0; page < shared_pages; ++page) {
        for (std::uint64_t word = 0; word < words_of_page; ++word) {
            shared[page][word] = stamp + page;
        }
    }
}

void check_shared(const char* title) {
    for (std::uint64_t page = 0; page < shared_pages; ++page) {
        for (std::uint64_t word = 0; word < words_of_page; ++word) {
            if (shared[page][word] != stamp + page) {
                fail(title, "page %lu word %lu holds 0x%lx", page, word, shared[page][word]);
            }
        }
    }
}

}  // namespace user
