// usertests [-q] [NAME]: tests of the kernel, with -q only the quick ones, each in a process of its
// own; and afterwards no frame may be missing.
#include "check.h"

#define QUICK(name) void test_##name(void);
#define SLOW(name) void test_##name(void);
#include "usertests.inc"
#undef QUICK
#undef SLOW
#define QUICK(name) {#name, 0, test_##name},
#define SLOW(name) {#name, 1, test_##name},
static const struct {
    const char* name;
    int slow;
    void (*run)(void);
} tests[] = {
#include "usertests.inc"
};

static int passes(uint i) {
    printf("test %s: ", tests[i].name);
    if (forked() == 0) {
        tests[i].run();
        exit(0);
    }
    int ok = ended() == 0;
    printf(ok ? "OK\n" : "FAILED\n");
    return ok;
}

static int free_frames(void) {
    if (forked() == 0) {
        int n = 0;
        while (sbrk(4096) != (char*)-1) {
            n++;
        }
        exit(n);
    }
    return ended();
}

int main(int argc, char** argv) {
    const char* last = argv[argc - 1];
    const char* only = argc > 1 && last[0] != '-' ? last : 0;
    int quick = argc > 1 && strcmp(argv[1], "-q") == 0;
    int failed = 0;
    printf("usertests starting\n");
    int before = free_frames();
    for (uint i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        int wanted = only ? strcmp(only, tests[i].name) == 0 : !(quick && tests[i].slow);
        failed |= wanted && !passes(i);
    }
    sleep(1);  // init has yet to wait for those whose parents have gone
    int after = free_frames();
    if (after < before) {
        printf("FAILED -- lost some free pages %d (out of %d)\n", after, before);
        failed = 1;
    }
    printf(failed ? "SOME TESTS FAILED\n" : "ALL TESTS PASSED\n");
    return failed;
}
