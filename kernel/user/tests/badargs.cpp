// System calls with arguments that nobody should pass: each gives -1 and changes nothing, neither
// in this process nor in a bystander that shares its pages; or it kills the caller, where that is
// what the access would have done. On an xv6 some give another result, or are not tried: how many
// did is said in the end, for it is no failure.
#include <initializer_list>

#include "kernel/user/lib/child.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/protection.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;
using namespace stampede::abi;

namespace {

constexpr std::uint64_t word_of(SystemCall call) { return static_cast<std::uint64_t>(call); }

// Data that must never change, next to the end of a page and in the page behind.
alignas(page_size) std::uint8_t bystander[2 * page_size];
constexpr std::uint8_t filler = 0x5a;
constexpr char constant[] = "a string in read-only memory, longer than any path that there is";

std::uint64_t text_address;  // read-only
// Never to be executed: run without a workload, it ends the machine with a failing status.
const std::uint64_t victim = reinterpret_cast<std::uint64_t>("/driver");
std::uint64_t heap_end;  // the first address behind the heap, page aligned: a hole

const char* current = "";  // the call being tried, for messages

// On another kernel than ours.
std::uint64_t other_results = 0;
bool text_protected = true;

// Whose results xv6's have changed over the years for what cannot be moved: a size, what was moved
// before, 0.
bool moves_bytes(SystemCall call) {
    return call == SystemCall::read || call == SystemCall::write || call == SystemCall::sbrk;
}

void check_bystander() {
    for (std::uint64_t i = 0; i < sizeof bystander; ++i) {
        if (bystander[i] != filler) {
            fail("a refused call changed memory", "%s: byte %lu is 0x%x", current, i, bystander[i]);
        }
    }
}

void must_fail(const char* what, SystemCall call, std::uint64_t a = 0, std::uint64_t b = 0,
               std::uint64_t c = 0) {
    current = what;
    const std::int64_t result = raw_call(word_of(call), a, b, c);
    if (result != -1) {
        if (on_own_kernel || !moves_bytes(call)) {
            fail("a call with bad arguments succeeded", "%s: %ld (0x%lx, 0x%lx, 0x%lx)", what,
                 result, a, b, c);
        }
        ++other_results;
    }
    check_bystander();
}

// Addresses where nothing can be read or written: holes, past MAXVA, the kernel's half, the end of
// everything.
constexpr int nowhere_count = 9;
const std::uint64_t (&nowhere())[nowhere_count] {
    static std::uint64_t places[nowhere_count] = {
        0,
        0x3fffffe000,  // xv6's trapframe: nothing of the user's
        user_max_va - page_size,
        user_max_va - 1,
        user_max_va,
        0x80000000000,
        0xffffffc080000000,
        0xfffffffffffff000,
        ~std::uint64_t{0}};
    places[0] = heap_end;
    return places;
}

struct Pipe {
    int ends[2];
    Pipe() {
        if (pipe(ends) < 0) {
            fail("pipe() failed", "with good arguments");
        }
    }
    ~Pipe() {
        close(ends[0]);
        close(ends[1]);
    }
    std::uint64_t reader() const { return static_cast<std::uint64_t>(ends[0]); }
    std::uint64_t writer() const { return static_cast<std::uint64_t>(ends[1]); }
};

int open_or_fail(const char* path, int flags) {
    const int fd = open(path, flags);
    if (fd < 0) {
        fail("open() failed", "%s", path);
    }
    return fd;
}

void bad_places() {
    Pipe full;
    write(full.ends[1], "01234567", 8);
    const auto file = static_cast<std::uint64_t>(open_or_fail("/badargs", o_rdonly));
    const auto made = static_cast<std::uint64_t>(open_or_fail("/badargs.file", o_create | o_rdwr));
    Pipe empty;
    for (const std::uint64_t place : nowhere()) {
        write(full.ends[1], "8",
              on_own_kernel ? 0 : 1);  // of xv6's bytes each refused read takes one
        must_fail("read(pipe)", SystemCall::read, full.reader(), place, 8);
        must_fail("read(file)", SystemCall::read, file, place, 8);
        must_fail("write(pipe)", SystemCall::write, empty.writer(), place, 8);
        must_fail("write(file)", SystemCall::write, made, place, 8);
        must_fail("write(console)", SystemCall::write, console_out, place, 8);
        must_fail("fstat", SystemCall::fstat, file, place);
        must_fail("pipe", SystemCall::pipe, place);
        must_fail("open", SystemCall::open, place, o_rdonly);
        must_fail("open(create)", SystemCall::open, place, o_create | o_rdwr);
        must_fail("exec(path)", SystemCall::exec, place, heap_end);
        must_fail("exec(arguments)", SystemCall::exec, victim, place);
        must_fail("chdir", SystemCall::chdir, place);
        must_fail("mkdir", SystemCall::mkdir, place);
        must_fail("mknod", SystemCall::mknod, place, 1, 1);
        must_fail("unlink", SystemCall::unlink, place);
        must_fail("link(from)", SystemCall::link, place, reinterpret_cast<std::uint64_t>("/x"));
        must_fail("link(to)", SystemCall::link, reinterpret_cast<std::uint64_t>("/sh"), place);
        const std::uint64_t arguments[] = {victim, place, 0};
        must_fail("exec(an argument)", SystemCall::exec, victim,
                  reinterpret_cast<std::uint64_t>(arguments));
    }
    char eight[8];
    if (on_own_kernel && (read(full.ends[0], eight, 8) != 8 || memcmp(eight, "01234567", 8) != 0)) {
        fail("a refused read() took bytes out of a pipe", "8 were written");
    }
    close(static_cast<int>(file));
    close(static_cast<int>(made));
    unlink("/badargs.file");
}

// wait() must not lose the child: it is reaped by the good call behind.
void bad_wait() {
    for (const std::uint64_t place : {heap_end, user_max_va, text_address}) {
        if (place == text_address && !text_protected) {
            continue;
        }
        const int pid = fork();
        if (pid == 0) {
            exit(7);
        }
        current = "wait";
        if (raw_call(word_of(SystemCall::wait), place) != -1) {
            fail("a call with bad arguments succeeded", "wait(0x%lx)", place);
        }
        int status = 0;
        const int reaped = wait(&status);
        if (reaped != -1 && (reaped != pid || status != 7)) {
            fail("wait() gave another child", "pid %d status %d", reaped, status);
        }
    }
}

void read_only_places() {
    if (!text_protected) {
        return;
    }
    Pipe full;
    write(full.ends[1], "01234567", 8);
    const auto file = static_cast<std::uint64_t>(open_or_fail("/badargs", o_rdonly));
    char before[sizeof constant];
    memcpy(before, constant, sizeof constant);
    const auto text = reinterpret_cast<const volatile std::uint8_t*>(text_address);
    const std::uint8_t first = text[0];
    for (const std::uint64_t place : {text_address, reinterpret_cast<std::uint64_t>(constant)}) {
        must_fail("read(pipe) into text", SystemCall::read, full.reader(), place, 8);
        must_fail("read(file) into text", SystemCall::read, file, place, 8);
        must_fail("fstat into text", SystemCall::fstat, file, place);
        must_fail("pipe into text", SystemCall::pipe, place);
    }
    if (memcmp(before, constant, sizeof constant) != 0 || text[0] != first) {
        fail("a system call wrote to read-only memory", "text or constants changed");
    }
    close(static_cast<int>(file));
    if (status_of_child([] { *reinterpret_cast<volatile std::uint8_t*>(text_address) = 0; }) !=
        killed_status) {
        fail("a store to text did not kill", "the child lived on");
    }
    if (text[0] != first) {
        fail("a store to text changed it", "in the parent");
    }
}

void must_be_none_or_part(const char* title, int moved) {
    if (moved != -1 && moved != 4) {
        if (on_own_kernel) {
            fail(title, "%d, expected -1 or 4", moved);
        }
        ++other_results;
    }
}

// The last bytes of the heap are good, the next page is a hole: nothing, or only what lies before
// the hole, may be done.
void straddling_places() {
    Pipe full;
    auto* const last = reinterpret_cast<std::uint8_t*>(heap_end - 4);
    const auto place = reinterpret_cast<std::uint64_t>(last);
    const auto file = static_cast<std::uint64_t>(open_or_fail("/badargs", o_rdonly));
    must_fail("fstat across the end", SystemCall::fstat, file, place);
    must_fail("pipe across the end", SystemCall::pipe, place);
    must_fail("read(file) across the end", SystemCall::read, file, place, 8);
    memset(last, 'x', 4);  // a path without an end
    must_fail("open of a path without end", SystemCall::open, place, o_rdonly);
    must_fail("exec of a path without end", SystemCall::exec, place, heap_end - 16);
    write(full.ends[1], "abcdefgh", 8);
    current = "read(pipe) across the end";
    const int got = read(full.ends[0], last, 8);
    must_be_none_or_part("a read() across the end of memory gave an odd result", got);
    check_bystander();
    current = "write(pipe) across the end";
    const int put = write(full.ends[1], last, 8);
    must_be_none_or_part("a write() across the end of memory gave an odd result", put);
    close(static_cast<int>(file));
}

void bad_sizes() {
    Pipe full;
    write(full.ends[1], "01234567", 8);
    const auto file = static_cast<std::uint64_t>(open_or_fail("/badargs", o_rdonly));
    const auto made = static_cast<std::uint64_t>(open_or_fail("/badargs.file", o_create | o_rdwr));
    const auto data = reinterpret_cast<std::uint64_t>(bystander);
    for (const std::int64_t size :
         {std::int64_t{-1}, std::int64_t{INT32_MIN}, std::int64_t{-4096}}) {
        const auto word = static_cast<std::uint64_t>(size);
        must_fail("read(pipe) of a negative size", SystemCall::read, full.reader(), data, word);
        if (on_own_kernel) {  // xv6 reads the whole file
            must_fail("read(file) of a negative size", SystemCall::read, file, data, word);
        }
        must_fail("write(pipe) of a negative size", SystemCall::write, full.writer(), data, word);
        must_fail("write(file) of a negative size", SystemCall::write, made, data, word);
        must_fail("write(console) of a negative size", SystemCall::write, console_out, data, word);
    }
    const auto top = reinterpret_cast<std::uint64_t>(sbrk(0));
    for (const std::int64_t change :
         {std::int64_t{INT32_MIN}, std::int64_t{INT32_MAX}, -std::int64_t(top) - 1}) {
        if (change > 0 && !on_own_kernel) {  // takes all memory before it is refused: long
            continue;
        }
        must_fail("sbrk too far", SystemCall::sbrk, static_cast<std::uint64_t>(change), sbrk_now);
        if (reinterpret_cast<std::uint64_t>(sbrk(0)) != top) {
            fail("a refused sbrk() moved the end of the heap", "by %ld", change);
        }
    }
    close(static_cast<int>(file));
    close(static_cast<int>(made));
    unlink("/badargs.file");
}

void bad_descriptors() {
    const auto data = reinterpret_cast<std::uint64_t>(bystander);
    Pipe ends;
    for (const std::int64_t fd :
         {std::int64_t{-1}, std::int64_t{15}, std::int64_t{16}, std::int64_t{1000},
          std::int64_t{INT32_MIN}, std::int64_t{INT32_MAX}}) {
        const auto word = static_cast<std::uint64_t>(fd);
        must_fail("read of a bad descriptor", SystemCall::read, word, data, 1);
        must_fail("write of a bad descriptor", SystemCall::write, word, data, 1);
        must_fail("close of a bad descriptor", SystemCall::close, word);
        must_fail("dup of a bad descriptor", SystemCall::dup, word);
        must_fail("fstat of a bad descriptor", SystemCall::fstat, word, data);
    }
    must_fail("read from a writer", SystemCall::read, ends.writer(), data, 1);
    must_fail("write to a reader", SystemCall::write, ends.reader(), data, 1);
    must_fail("fstat of a pipe", SystemCall::fstat, ends.reader(), data);
    const auto file = static_cast<std::uint64_t>(open_or_fail("/badargs", o_rdonly));
    must_fail("write to a file opened for reading", SystemCall::write, file, data, 1);
    close(static_cast<int>(file));
    must_fail("close of a closed descriptor", SystemCall::close, file);
}

void bad_paths() {
    static char endless[max_path + 8];
    memset(endless, 'a', sizeof endless - 1);
    const auto path = reinterpret_cast<std::uint64_t>(endless);
    must_fail("open of too long a path", SystemCall::open, path, o_create | o_rdwr);
    must_fail("mkdir of too long a path", SystemCall::mkdir, path);
    must_fail("exec of too long a path", SystemCall::exec, path, heap_end - 16);
    must_fail("open of a missing file", SystemCall::open,
              reinterpret_cast<std::uint64_t>("/missing"), o_rdonly);
    must_fail("open under a file", SystemCall::open, reinterpret_cast<std::uint64_t>("/sh/x"),
              o_create | o_rdwr);
    must_fail("open of a directory for writing", SystemCall::open,
              reinterpret_cast<std::uint64_t>("/"), o_rdwr);
    must_fail("chdir to a file", SystemCall::chdir, reinterpret_cast<std::uint64_t>("/sh"));
    must_fail("exec of a directory", SystemCall::exec, reinterpret_cast<std::uint64_t>("/"),
              heap_end - 16);
    must_fail("unlink of .", SystemCall::unlink, reinterpret_cast<std::uint64_t>("."));
    must_fail("unlink of nothing", SystemCall::unlink, reinterpret_cast<std::uint64_t>(""));
    static const char* many[max_exec_arguments + 2];
    for (const char*& argument : many) {
        argument = "x";
    }
    many[max_exec_arguments + 1] = nullptr;
    must_fail("exec with too many arguments", SystemCall::exec, victim,
              reinterpret_cast<std::uint64_t>(many));
}

void bad_numbers() {
    // On somebody else's kernel some of these are calls, and a line on the console each is not.
    for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{22}, std::uint64_t{63},
                                       std::uint64_t{66}, std::uint64_t{1000}, ~std::uint64_t{0}}) {
        current = "an unknown call";
        if (!on_own_kernel) {
            break;
        }
        if (const std::int64_t result = raw_call(number); result != -1) {
            fail("an unknown system call succeeded", "number 0x%lx: %ld", number, result);
        }
    }
    must_fail("kill of nobody", SystemCall::kill, 1'000'000);
    must_fail("kill of a negative pid", SystemCall::kill, static_cast<std::uint64_t>(-1));
    if (on_own_kernel) {  // xv6 takes a free slot for it
        must_fail("kill of pid 0", SystemCall::kill, 0);
    }
    must_fail("wait without a child", SystemCall::wait, 0);
}

}  // namespace

int main(int argc, char** argv) {
    write_text_if_asked(argc, argv);
    text_address = reinterpret_cast<std::uint64_t>(&main) & ~std::uint64_t{7};
    text_protected = is_text_protected();
    memset(bystander, filler, sizeof bystander);
    sbrk(page_size);
    heap_end = reinterpret_cast<std::uint64_t>(sbrk(0));
    memset(reinterpret_cast<void*>(heap_end - 16), 0, 16);  // an empty argument list
    if (heap_end % page_size != 0) {
        fail("the heap does not end with a page", "0x%lx", heap_end);
    }
    void (*const parts[])() = {bad_places, bad_wait,        read_only_places, straddling_places,
                               bad_sizes,  bad_descriptors, bad_paths,        bad_numbers};
    // Once alone; once in a child, where every page is shared with us.
    for (auto* part : parts) {
        part();
    }
    const int status = status_of_child([&] {
        for (auto* part : parts) {
            part();
        }
    });
    if (status != 0) {
        return failed_status;
    }
    current = "a child's calls";
    check_bystander();
    if (on_own_kernel) {
        printf(console_out, "badargs: ok\n");
    } else {
        printf(console_out, "badargs: ok, %lu calls gave another result than -1%s\n", other_results,
               text_protected ? "" : ", and text may be written");
    }
    return 0;
}
