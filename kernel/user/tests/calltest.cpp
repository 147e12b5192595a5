// What xv6's calls give where no other test looks: pids and statuses, sleep and uptime, dup and
// full tables of descriptors, descriptors across fork and exec, devices that nobody drives. All
// values are xv6's.
#include "kernel/user/lib/child.h"
#include "kernel/user/lib/kernel.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;
using namespace stampede::abi;

#define REQUIRE(condition) \
    ((condition)           \
         ? void()          \
         : fail("a call gave another result than xv6's", "line %d: %s", __LINE__, #condition))

namespace {

constexpr int executed_status = 77;

void pids() {
    int ends[2], told = 0;
    REQUIRE(pipe(ends) == 0);
    const int self = getpid(), pid = fork();
    if (pid == 0) {
        const int own = getpid();
        exit(write(ends[1], &own, sizeof own) == static_cast<int>(sizeof own) ? 0 : failed_status);
    }
    REQUIRE(pid > 0 && pid != self && getpid() == self);
    REQUIRE(read(ends[0], &told, sizeof told) == static_cast<int>(sizeof told) && told == pid);
    REQUIRE(kill(pid) == 0);  // dead or not: nobody has waited for it
    REQUIRE(wait(nullptr) == pid && wait(nullptr) == -1);
    close(ends[0]);
    close(ends[1]);
}

// All 32 bits of a status arrive.
void statuses() {
    static const int all[] = {0, 1, 255, 256, -2, 0x7fffffff, static_cast<int>(0x80000000)};
    for (const int status : all) {
        REQUIRE(status_of_child([status] { exit(status); }) == status);
    }
}

void time() {
    // until 2021 a negative number is a large one for xv6
    REQUIRE(sleep(0) == 0 && (!on_own_kernel || sleep(-5) == 0));
    static const int lengths[] = {1, 3};
    for (const int ticks : lengths) {
        const int before = uptime();
        REQUIRE(before >= 0 && sleep(ticks) == 0);
        REQUIRE(uptime() - before >= ticks);
    }
    const int pid = fork();
    if (pid == 0) {
        sleep(0x7fffffff);
        exit(0);
    }
    int status = 0;
    REQUIRE(sleep(1) == 0 && kill(pid) == 0 && wait(&status) == pid && status == killed_status);
}

int new_file(const char* text) {
    const int fd = open("/calltest.file", o_create | o_rdwr | o_trunc);
    const int bytes = static_cast<int>(length(text));
    REQUIRE(fd >= 0 && write(fd, text, bytes) == bytes);
    close(fd);
    const int again = open("/calltest.file", o_rdonly);
    REQUIRE(again == fd);  // the lowest that is free
    return again;
}

// Copies have one place in the file, whoever has them.
void copies_of_descriptors() {
    char byte = 0;
    const int fd = new_file("abcdef"), same = dup(fd), third = dup(same);
    REQUIRE(same == fd + 1 && third == fd + 2);
    REQUIRE(read(fd, &byte, 1) == 1 && byte == 'a' && read(third, &byte, 1) == 1 && byte == 'b');
    REQUIRE(close(same) == 0 && close(same) == -1 && dup(same) == -1 && dup(-1) == -1 &&
            dup(max_open_files) == -1);
    REQUIRE(dup(fd) == same);
    REQUIRE(close(fd) == 0 && read(same, &byte, 1) == 1 && byte == 'c');
    const int status = status_of_child([&] { REQUIRE(read(same, &byte, 1) == 1 && byte == 'd'); });
    REQUIRE(status == 0 && byte == 'c');
    REQUIRE(read(third, &byte, 1) == 1 && byte == 'e');
    close(same);
    close(third);
}

void full_tables() {
    int ends[2], made = 0;
    const int first = new_file("x");
    while (dup(first) >= 0) {
        ++made;
    }
    REQUIRE(first + made == max_open_files - 1);
    REQUIRE(dup(first) == -1 && open("/calltest.file", o_rdonly) == -1 && pipe(ends) == -1);
    REQUIRE(close(max_open_files - 1) == 0 && pipe(ends) == -1);
    REQUIRE(open("/calltest.file", o_rdonly) == max_open_files - 1);  // pipe() kept nothing
    for (int fd = first; fd < max_open_files; ++fd) {
        REQUIRE(close(fd) == 0);
    }
    REQUIRE(unlink("/calltest.file") == 0);
}

void devices() {
    Stat stat;
    char byte = 0;
    for (int major = 0; major < device_numbers; ++major) {
        if (major == console_major) {
            continue;
        }
        REQUIRE(mknod("/calltest.dev", major, 3) == 0 && mknod("/calltest.dev", major, 3) == -1);
        const int fd = open("/calltest.dev", o_rdwr);
        REQUIRE(fd >= 0 && fstat(fd, &stat) == 0 && stat.type == t_device && stat.size == 0);
        REQUIRE(read(fd, &byte, 1) == -1 && write(fd, &byte, 1) == -1);  // nobody drives it
        REQUIRE(close(fd) == 0 && unlink("/calltest.dev") == 0);
    }
    static const int none[] = {-1, device_numbers, 0x7fff};
    for (const int major : none) {
        REQUIRE(mknod("/calltest.dev", major, 0) == 0 && open("/calltest.dev", o_rdonly) == -1);
        REQUIRE(unlink("/calltest.dev") == 0);
    }
    REQUIRE(mknod("/missing/device", 1, 0) == -1 && mknod("/", 1, 0) == -1);
}

// Descriptors and the working directory outlive exec().
void exec_keeps() {
    REQUIRE(mkdir("/calltest.dir") == 0);
    const int status = status_of_child([] {
        static const char* const arguments[] = {"calltest", "executed", nullptr};
        REQUIRE(chdir("/calltest.dir") == 0);
        const int fd = open("kept", o_create | o_rdwr);
        REQUIRE(fd == 3 && write(fd, "kept", 4) == 4);
        exec("../calltest", arguments);
    });
    REQUIRE(status == executed_status);
    REQUIRE(unlink("/calltest.dir/kept") == 0 && unlink("/calltest.dir") == 0);
}

int executed() {
    Stat by_descriptor, by_name;
    REQUIRE(write(3, "!", 1) == 1);
    const int fd = open("kept", o_rdonly);
    REQUIRE(fd == 4 && fstat(3, &by_descriptor) == 0 && fstat(fd, &by_name) == 0);
    REQUIRE(by_descriptor.ino == by_name.ino && by_name.size == 5 && by_name.nlink == 1);
    return executed_status;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && equal(argv[1], "executed")) {
        exit(executed());
    }
    pids();
    statuses();
    time();
    copies_of_descriptors();
    full_tables();
    devices();
    exec_keeps();
    printf(console_out, "calltest: ok\n");
    return 0;
}
