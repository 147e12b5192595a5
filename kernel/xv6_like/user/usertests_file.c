// usertests: files and directories.
#include "check.h"

static char buf[1024];

static int must_open(const char* path, int mode) {
    int fd = open(path, mode);
    CHECK(fd >= 0);
    return fd;
}

static void make(const char* path, int bytes, char c) {
    int fd = must_open(path, O_CREATE | O_RDWR);
    memset(buf, c, sizeof(buf));
    for (int n; bytes > 0; bytes -= n) {
        n = bytes < (int)sizeof(buf) ? bytes : (int)sizeof(buf);
        CHECK(write(fd, buf, n) == n);
    }
    close(fd);
}

static void holds(const char* path, int bytes, char c) {
    int fd = must_open(path, O_RDONLY), n, all = 0;
    for (; (n = read(fd, buf, sizeof(buf))) > 0; all += n) {
        for (int i = 0; i < n; i++) {
            CHECK(buf[i] == c);
        }
    }
    CHECK(n == 0 && all == bytes);
    close(fd);
}

void test_files(void) {
    CHECK(open("none", O_RDONLY) < 0 && unlink("none") < 0);
    for (int i = 0; i < 8; i++) {
        make("a", 500 * i, 'a');
        holds("a", 500 * i, 'a');
    }
    int fd = must_open("a", O_RDONLY);
    CHECK(write(fd, "x", 1) < 0);
    CHECK(close(fd) == 0 && close(fd) < 0);
    CHECK(unlink("a") == 0 && open("a", O_RDONLY) < 0);
}

void test_bigfile(void) {
    enum { MOST = 12 + 256 };
    make("big", MOST * 1024, 'b');
    holds("big", MOST * 1024, 'b');
    int fd = must_open("big", O_RDWR);
    while (read(fd, buf, sizeof(buf)) > 0) {
    }
    CHECK(write(fd, "x", 1) < 0);
    close(fd);
    CHECK(unlink("big") == 0);
}

void test_truncate(void) {
    make("t", 3000, 't');
    int old = must_open("t", O_RDONLY);
    CHECK(read(old, buf, 100) == 100);
    int fd = must_open("t", O_WRONLY | O_TRUNC);
    CHECK(read(old, buf, 100) == 0);
    CHECK(write(fd, "ttttt", 5) == 5);
    holds("t", 5, 't');
    CHECK(unlink("t") == 0);
}

void test_dup(void) {
    int first = must_open("d", O_CREATE | O_RDWR), second = dup(first);
    CHECK(second > first);
    CHECK(write(first, "dd", 2) == 2 && close(first) == 0);
    CHECK(write(second, "ddd", 3) == 3);  // they share the offset
    holds("d", 5, 'd');
    while ((first = dup(second)) >= 0) {
        second = first;
    }
    CHECK(second == 15 && open("d", O_RDONLY) < 0);
    CHECK(unlink("d") == 0);
}

void test_links(void) {
    struct stat st;
    make("l1", 77, 'l');
    CHECK(link("l1", "l2") == 0 && link("l1", "l2") < 0);
    CHECK(link("none", "l3") < 0 && link(".", "l3") < 0 && link("l1", "none/l3") < 0);
    CHECK(fstat(must_open("l2", O_RDONLY), &st) == 0 && st.nlink == 2 && st.size == 77);
    CHECK(unlink("l1") == 0);
    holds("l2", 77, 'l');
    CHECK(unlink("l2") == 0 && open("l2", O_RDONLY) < 0);
}

// A file without a name lives until it is closed.
void test_unlinkread(void) {
    make("u", 2000, 'u');
    int fd = must_open("u", O_RDWR);
    CHECK(unlink("u") == 0);
    make("u", 3, 'v');
    CHECK(read(fd, buf, 1000) == 1000 && buf[999] == 'u');
    CHECK(write(fd, "x", 1) == 1);
    holds("u", 3, 'v');
    CHECK(unlink("u") == 0);
}

void test_directories(void) {
    CHECK(mkdir("dd") == 0 && mkdir("dd") < 0 && open("dd", O_RDWR) < 0);
    make("dd/f", 8, 'f');
    CHECK(mkdir("/dd/ee") == 0 && chdir("dd/ee") == 0);
    holds("../f", 8, 'f');
    holds("../../dd//ee/./../f", 8, 'f');
    CHECK(chdir("../f") < 0 && chdir("none") < 0);
    CHECK(unlink(".") < 0 && unlink("..") < 0 && unlink("/dd") < 0);
    CHECK(chdir("/") == 0 && unlink("dd/f") == 0 && unlink("dd") < 0);
    CHECK(unlink("dd/ee") == 0 && unlink("dd") == 0 && chdir("dd") < 0);
    make("12345678901234567890", 1, 'n');  // a name is its first 14 characters
    CHECK(unlink("12345678901234") == 0);
}

// The current directory may be removed.
void test_gonedir(void) {
    for (int i = 0; i < 10; i++) {
        CHECK(mkdir("gone") == 0 && chdir("gone") == 0);
        CHECK(unlink("../gone") == 0);
        CHECK(chdir("/") == 0);
    }
}

static void in_four_processes(void (*act)(char)) {
    for (char c = 'A'; c < 'E'; c++) {
        if (forked() == 0) {
            act(c);
            exit(0);
        }
    }
    for (int i = 0; i < 4; i++) {
        CHECK(ended() == 0);
    }
}

static void one_file(char c) {
    char name[] = {'f', c, 0};
    make(name, 8000, c);
    holds(name, 8000, c);
    CHECK(unlink(name) == 0);
}

void test_fourfiles(void) { in_four_processes(one_file); }

static void create_and_delete(char c) {
    char name[] = {c, 0, 0};
    for (int round = 0; round < 2; round++) {
        for (name[1] = 'a'; name[1] < 'f'; name[1]++) {
            make(name, 10, c);
        }
        for (name[1] = 'a'; name[1] < 'f'; name[1]++) {
            holds(name, 10, c);
            CHECK(unlink(name) == 0 && open(name, O_RDONLY) < 0);
        }
    }
}

void test_createdelete(void) { in_four_processes(create_and_delete); }
