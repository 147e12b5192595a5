#include "check.h"

void check_failed(int line, const char* what) {
    printf("line %d: not so: %s\n", line, what);
    exit(1);
}

int ended(void) {
    int status = -2;
    CHECK(wait(&status) > 0);
    return status;
}

int forked(void) {
    int pid = fork();
    CHECK(pid >= 0);
    return pid;
}
