// usertests: what of memory belongs to whom.
#include "check.h"

static void* const not_ours[] = {(void*)0x80000000L,   (void*)0x3fffffe000L, (void*)0x3ffffff000L,
                                 (void*)0x4000000000L, (void*)-4096L,        (void*)-1L};
enum { PLACES = sizeof(not_ours) / sizeof(not_ours[0]) };

void test_copyin(void) {
    int fds[2];
    CHECK(pipe(fds) == 0);
    int file = open("copyin", O_CREATE | O_RDWR);
    for (int i = 0; i < PLACES; i++) {
        CHECK(write(file, not_ours[i], 8192) < 0);
        CHECK(write(fds[1], not_ours[i], 100) <= 0);
        CHECK(open(not_ours[i], O_RDONLY) < 0);
    }
    CHECK(unlink("copyin") == 0);
}

void test_copyout(void) {
    int fds[2];
    CHECK(pipe(fds) == 0);
    int file = open("sh", O_RDONLY);
    for (int i = 0; i < PLACES; i++) {
        CHECK(read(file, not_ours[i], 8192) < 0);
        CHECK(write(fds[1], "x", 1) == 1);
        CHECK(read(fds[0], not_ours[i], 100) <= 0);
        CHECK(fstat(file, not_ours[i]) < 0);
        CHECK(pipe(not_ours[i]) < 0);
    }
    CHECK(read(file, (void*)test_copyout, 16) < 0);  // one's own text is read-only
    CHECK(forked() || (exit(0), 0));
    CHECK(wait(not_ours[0]) < 0);
    CHECK(wait(0) > 0);
}

// A process that does this is killed.
static void kills(void (*act)(uint64), uint64 argument) {
    if (forked() == 0) {
        act(argument);
        exit(0);
    }
    CHECK(ended() == -1);
}
static void store(uint64 at) { *(volatile char*)at = 1; }
static void load(uint64 at) { *(volatile char*)at; }

void test_textwrite(void) {
    kills(store, 0);
    kills(store, (uint64)test_textwrite);
}

void test_kernmem(void) {
    for (int i = 0; i < PLACES; i++) {
        kills(load, (uint64)not_ours[i]);
        kills(store, (uint64)not_ours[i]);
    }
}

void test_stackguard(void) {
    uint64 top = ((uint64)&top + 4095) & ~4095UL;
    kills(load, top - 4096 - 1);
    kills(store, top - 4096 - 1);
}

void test_sbrk(void) {
    char* before = sbrk(0);
    CHECK(sbrk(10 * 4096 + 5) == before);
    for (char* p = before; p < before + 10 * 4096; p += 512) {
        CHECK(*p == 0);
        *p = 'a';
    }
    CHECK(sbrk(-9 * 4096) == before + 10 * 4096 + 5);
    kills(load, (uint64)before + 9 * 4096);
    CHECK(sbrk(9 * 4096) != (char*)-1);
    CHECK(before[512] == 'a' && before[9 * 4096] == 0);
    CHECK(sbrk(0x7fffffff) == (char*)-1);
    CHECK(sbrk(-0x7fffffff) == (char*)-1);
}

// fork, pipe, exec and growing fail decently when no frame is left.
void test_oom(void) {
    char* argv[] = {"echo", 0};
    int fds[2];
    for (int leave = 0; leave <= 12; leave += 4) {
        if (forked() == 0) {
            int size = 1 << 26;
            while (size >= 4096) {
                size = sbrk(size) == (char*)-1 ? size / 2 : size;
            }
            sbrk(-leave * 4096);
            if (fork() == 0) {
                close(1);
                exec("echo", argv);
                exit(0);
            }
            pipe(fds);
            wait(0);
            exit(0);
        }
        CHECK(ended() == 0);
    }
}
