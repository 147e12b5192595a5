// Is fork copy-on-write, and right?
#include "check.h"

enum { PHYSICAL = 128 * 1024 * 1024 };

// More than half of memory cannot be copied.
static void simple(void) {
    int size = PHYSICAL / 16 * 9;
    char* p = sbrk(size);
    if (p == (char*)-1) {
        printf("sbrk(%d) failed\n", size);
        exit(1);
    }
    for (char* q = p; q < p + size; q += 4096) {
        *(int*)q = getpid();
    }
    int pid = fork();
    if (pid < 0) {
        printf("fork() failed\n");
        exit(1);
    }
    if (pid == 0) {
        exit(0);
    }
    CHECK(ended() == 0);
    CHECK(sbrk(-size) != (char*)-1);
}

static void write_own(char* p, int size) {
    for (int i = 0; i < size; i += 4096) {
        *(int*)(p + i) = getpid() * 10000 + i / 4096;
    }
    sleep(1);
    for (int i = 0; i < size; i += 4096) {
        CHECK(*(int*)(p + i) == getpid() * 10000 + i / 4096);
    }
}

// Three processes write to what they share, and copies are given back.
static void three(void) {
    int size = PHYSICAL / 8;
    char* p = sbrk(size);
    CHECK(p != (char*)-1);
    write_own(p, 4096);
    if (forked() == 0) {
        if (forked() == 0) {
            write_own(p, size / 5 * 4);
            exit(0);
        }
        write_own(p, size / 2);
        exit(ended());
    }
    write_own(p, size);
    CHECK(ended() == 0);
    CHECK(sbrk(-size) != (char*)-1);
}

// The kernel writes to shared pages as well.
static void file(void) {
    static int buf[4];
    int fds[2];
    for (int i = 0; i < 4; i++) {
        CHECK(pipe(fds) == 0);
        buf[0] = 99;
        if (forked() == 0) {
            sleep(1);
            CHECK(read(fds[0], buf, sizeof(i)) == sizeof(i));
            CHECK(buf[0] == i);
            exit(0);
        }
        CHECK(write(fds[1], &i, sizeof(i)) == sizeof(i));
        CHECK(ended() == 0);
        CHECK(buf[0] == 99);
        close(fds[0]);
        close(fds[1]);
    }
}

static void run(const char* name, void (*test)(void)) {
    printf("%s: ", name);
    test();
    printf("ok\n");
}

int main(void) {
    run("simple", simple);
    run("simple", simple);  // the first has given all back
    run("three", three);
    run("three", three);
    run("file", file);
    printf("ALL COW TESTS PASSED\n");
    return 0;
}
