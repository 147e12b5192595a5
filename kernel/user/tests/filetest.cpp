// Files and directories through system calls. Everything happens in a directory of its own that is
// gone in the end.
#include "kernel/user/lib/child.h"
#include "kernel/user/lib/kernel.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;
using namespace stampede::abi;

namespace {

#define REQUIRE(condition, ...) \
    ((condition)                \
         ? (void)0              \
         : fail("a file call gave a wrong result", #condition __VA_OPT__(": ") __VA_ARGS__))

int open_new(const char* path) {
    const int fd = open(path, o_create | o_rdwr);
    if (fd < 0) {
        fail("open() could not create a file", "%s", path);
    }
    return fd;
}

Stat stat_of(const char* path) {
    Stat stat{};
    const int fd = open(path, o_rdonly);
    REQUIRE(fd >= 0);
    REQUIRE(fstat(fd, &stat) == 0);
    close(fd);
    return stat;
}

bool exists(const char* path) {
    const int fd = open(path, o_rdonly);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

void create_write_read() {
    char buffer[16] = {};
    int fd = open_new("small");
    REQUIRE(write(fd, "hello", 5) == 5);
    REQUIRE(write(fd, " world", 6) == 6);
    REQUIRE(read(fd, buffer, 16) == 0);  // at the end
    close(fd);
    fd = open("small", o_rdonly);
    REQUIRE(read(fd, buffer, 5) == 5 && memcmp(buffer, "hello", 5) == 0);
    REQUIRE(read(fd, buffer, 16) == 6 && memcmp(buffer, " world", 6) == 0);
    REQUIRE(read(fd, buffer, 16) == 0);
    REQUIRE(write(fd, "x", 1) == -1);
    close(fd);
    fd = open("small", o_wronly);
    REQUIRE(read(fd, buffer, 1) == -1);
    REQUIRE(write(fd, "J", 1) == 1);  // overwrites in place
    close(fd);
    const Stat stat = stat_of("small");
    REQUIRE(stat.size == 11 && stat.type == t_file && stat.nlink == 1);
    fd = open("small", o_rdwr | o_trunc);
    REQUIRE(read(fd, buffer, 16) == 0);
    close(fd);
    REQUIRE(stat_of("small").size == 0);
    REQUIRE(unlink("small") == 0);
    REQUIRE(!exists("small"));
    REQUIRE(unlink("small") == -1);
}

void offsets_are_shared() {
    char buffer[4] = {};
    const int fd = open_new("shared");
    REQUIRE(write(fd, "abcdef", 6) == 6);
    close(fd);
    const int one = open("shared", o_rdonly), same = dup(one), other = open("shared", o_rdonly);
    REQUIRE(read(one, buffer, 2) == 2 && buffer[0] == 'a');
    REQUIRE(read(same, buffer, 2) == 2 && buffer[0] == 'c');
    REQUIRE(read(other, buffer, 2) == 2 && buffer[0] == 'a');
    REQUIRE(status_of_child([one] {
                char byte;
                REQUIRE(read(one, &byte, 1) == 1 && byte == 'e');
            }) == 0);
    REQUIRE(read(same, buffer, 2) == 1 && buffer[0] == 'f');
    close(one);
    close(same);
    close(other);
    REQUIRE(unlink("shared") == 0);
}

void links() {
    char buffer[4] = {};
    const int fd = open_new("one");
    REQUIRE(write(fd, "data", 4) == 4);
    close(fd);
    REQUIRE(link("one", "two") == 0);
    REQUIRE(stat_of("two").nlink == 2 && stat_of("two").ino == stat_of("one").ino);
    REQUIRE(link("one", "two") == -1);
    REQUIRE(link("missing", "three") == -1);
    REQUIRE(unlink("one") == 0);
    REQUIRE(!exists("one"));
    const int kept = open("two", o_rdonly);
    REQUIRE(unlink("two") == 0);
    REQUIRE(!exists("two"));
    // lives on while it is open
    REQUIRE(read(kept, buffer, 4) == 4 && memcmp(buffer, "data", 4) == 0);
    Stat stat;
    REQUIRE(fstat(kept, &stat) == 0 && stat.nlink == 0);
    close(kept);
}

void directories() {
    REQUIRE(mkdir("d") == 0);
    REQUIRE(mkdir("d") == -1);
    REQUIRE(mkdir("d/e") == 0);
    REQUIRE(mkdir("missing/e") == -1);
    REQUIRE(stat_of("d").type == t_dir && stat_of("d").nlink == 2);
    close(open_new("d/e/file"));
    REQUIRE(exists("d/e/../e/./file"));
    REQUIRE(unlink("d/e") == -1);  // not empty
    REQUIRE(link("d", "d2") == -1);
    REQUIRE(open("d", o_rdwr) == -1);
    REQUIRE(chdir("d/e") == 0);
    REQUIRE(exists("file") && exists("../../d"));
    REQUIRE(chdir("file") == -1);
    REQUIRE(unlink("file") == 0);
    REQUIRE(unlink("../e") == 0);  // where we are
    if (on_own_kernel) {           // xv6 makes files there that are never freed
        REQUIRE(open("x", o_create | o_rdwr) == -1);
        REQUIRE(!exists(".."));  // no way out of a directory that is gone
    }
    REQUIRE(chdir("/filetest.dir") == 0);
    REQUIRE(unlink("d") == 0);
    REQUIRE(mkdir("a-name-of-more-than-fourteen") == 0);
    REQUIRE(exists("a-name-of-more"));  // cut, as xv6 cuts
    REQUIRE(unlink("a-name-of-more") == 0);
}

void a_directory_can_be_read() {
    close(open_new("listed"));
    const int fd = open(".", o_rdonly);
    DirectoryEntry entry;
    int found = 0;
    while (read(fd, &entry, sizeof entry) == static_cast<int>(sizeof entry)) {
        found += entry.inum != 0 && memcmp(entry.name, "listed", 7) == 0;
    }
    close(fd);
    REQUIRE(found == 1);
    REQUIRE(unlink("listed") == 0);
}

// Behind the direct blocks, in pieces that do not divide a page.
void a_large_file() {
    // on a disk of 1,000 blocks there is room for so many
    constexpr int words = 150;
    const int pieces = on_own_kernel ? 300 : 20;
    static std::uint64_t piece[words];
    const int fd = open_new("large");
    for (int i = 0; i < pieces; ++i) {
        for (int w = 0; w < words; ++w) {
            piece[w] = static_cast<std::uint64_t>(i) << 32 | static_cast<std::uint64_t>(w);
        }
        REQUIRE(write(fd, piece, sizeof piece) == static_cast<int>(sizeof piece));
    }
    close(fd);
    REQUIRE(stat_of("large").size == static_cast<std::uint64_t>(pieces) * sizeof piece);
    const int again = open("large", o_rdonly);
    for (int i = 0; i < pieces; ++i) {
        REQUIRE(read(again, piece, sizeof piece) == static_cast<int>(sizeof piece));
        for (int w = 0; w < words; ++w) {
            REQUIRE(piece[w] ==
                    (static_cast<std::uint64_t>(i) << 32 | static_cast<std::uint64_t>(w)));
        }
    }
    close(again);
    REQUIRE(unlink("large") == 0);
}

// Contents that still lie in the kernel's image. They are not written here: that would keep a frame
// for good.
void a_program_can_be_read() {
    static char before[64], after[64];
    REQUIRE(link("/echo", "/filetest.dir/echo") == 0);
    const int fd = open("echo", o_rdonly), same = open("/echo", o_rdonly);
    REQUIRE(read(fd, before, sizeof before) == static_cast<int>(sizeof before));
    REQUIRE(read(same, after, sizeof after) == static_cast<int>(sizeof after));
    REQUIRE(memcmp(before,
                   "\x7f"
                   "ELF",
                   4) == 0 &&
            memcmp(before, after, sizeof before) == 0);
    close(fd);
    close(same);
    REQUIRE(stat_of("/echo").nlink == 2);
    REQUIRE(unlink("echo") == 0);
}

void name_of(char* to, char letter, int number) {
    to[0] = letter;
    to[1] = static_cast<char>('a' + number / 26);
    to[2] = static_cast<char>('a' + number % 26);
    to[3] = '\0';
}

// Nothing but . and .. is left. xv6 keeps the entries of others, unused.
void must_be_empty() {
    DirectoryEntry entry;
    int used = 0;
    const int fd = open(".", o_rdonly);
    while (read(fd, &entry, sizeof entry) == static_cast<int>(sizeof entry)) {
        used += entry.inum != 0;
    }
    close(fd);
    REQUIRE(used == 2 && (!on_own_kernel || stat_of(".").size == 2 * sizeof entry));
}

void many_files() {
    // more than one block of entries; on a disk, with 200 inodes and 1,000 blocks for all files,
    // no more than it has
    const int files = on_own_kernel ? 300 : 70;
    char name[4];
    for (int i = 0; i < files; ++i) {
        name_of(name, 'm', i);
        const int fd = open_new(name);
        REQUIRE(write(fd, &i, sizeof i) == static_cast<int>(sizeof i));
        close(fd);
    }
    for (int i = 0; i < files; ++i) {
        name_of(name, 'm', i);
        int value = -1;
        const int fd = open(name, o_rdonly);
        REQUIRE(read(fd, &value, sizeof value) == static_cast<int>(sizeof value) && value == i);
        close(fd);
        REQUIRE(unlink(name) == 0);
    }
    must_be_empty();
}

// Each process makes, links and removes files of its own name, and all of them fight for one more.
void concurrent() {
    constexpr int processes = 6;
    const int rounds = times(40);
    for (int p = 0; p < processes; ++p) {
        const int pid = fork();
        REQUIRE(pid >= 0);
        if (pid != 0) {
            continue;
        }
        char own[4], second[4];
        name_of(own, 'c', p);
        name_of(second, 'd', p);
        for (int i = 0; i < rounds; ++i) {
            int fd = open_new(own);
            REQUIRE(write(fd, own, 3) == 3);
            close(fd);
            REQUIRE(link(own, second) == 0);
            REQUIRE(unlink(own) == 0);
            char buffer[4] = {};
            fd = open(second, o_rdonly);
            REQUIRE(read(fd, buffer, 4) == 3 && memcmp(buffer, own, 3) == 0);
            close(fd);
            REQUIRE(unlink(second) == 0);
            if (const int common = open("common", o_create | o_rdwr); common >= 0) {
                write(common, own, 3);
                close(common);
            }
            unlink("common");
        }
        exit(0);
    }
    for (int p = 0; p < processes; ++p) {
        int status = -1;
        REQUIRE(wait(&status) > 0 && status == 0);
    }
    must_be_empty();
}

// Small writes through one descriptor by several processes: none is lost or torn.
void shared_appends() {
    constexpr int processes = 4;
    const int records = times(100);
    struct Record {
        char bytes[10];
    };
    const int fd = open_new("records");
    for (int p = 0; p < processes; ++p) {
        const int pid = fork();
        REQUIRE(pid >= 0);
        if (pid == 0) {
            Record record;
            memset(&record, 'a' + p, sizeof record);
            for (int i = 0; i < records; ++i) {
                REQUIRE(write(fd, &record, sizeof record) == static_cast<int>(sizeof record));
            }
            exit(0);
        }
    }
    for (int p = 0; p < processes; ++p) {
        int status = -1;
        REQUIRE(wait(&status) > 0 && status == 0);
    }
    close(fd);
    int counts[processes] = {};
    const int again = open("records", o_rdonly);
    Record record;
    while (read(again, &record, sizeof record) == static_cast<int>(sizeof record)) {
        const int p = record.bytes[0] - 'a';
        REQUIRE(p >= 0 && p < processes);
        for (const char byte : record.bytes) {
            REQUIRE(byte == record.bytes[0]);
        }
        ++counts[p];
    }
    for (const int count : counts) {
        REQUIRE(count == records);
    }
    close(again);
    REQUIRE(unlink("records") == 0);
}

void devices() {
    REQUIRE(mknod("device", 7, 0) == 0);
    REQUIRE(mknod("device", 7, 0) == -1);
    REQUIRE(unlink("device") == 0);
    REQUIRE(mknod("terminal", console_major, 0) == 0);
    const int fd = open("terminal", o_rdwr);
    Stat stat;
    REQUIRE(fd >= 0 && fstat(fd, &stat) == 0 && stat.type == t_device);
    close(fd);
    REQUIRE(unlink("terminal") == 0);
}

}  // namespace

int main(int, char**) {
    REQUIRE(mkdir("/filetest.dir") == 0);
    REQUIRE(chdir("/filetest.dir") == 0);
    create_write_read();
    offsets_are_shared();
    links();
    directories();
    a_directory_can_be_read();
    a_large_file();
    a_program_can_be_read();
    many_files();
    concurrent();
    shared_appends();
    devices();
    REQUIRE(chdir("/") == 0);
    REQUIRE(unlink("/filetest.dir") == 0);
    printf(console_out, "filetest: ok\n");
    return 0;
}
