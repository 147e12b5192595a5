// Forks until no process is left, and waits for all.
#include "check.h"

int main(void) {
    int n = 0;
    printf("fork test\n");
    for (int pid; (pid = fork()) >= 0; n++) {
        if (pid == 0) {
            exit(0);
        }
    }
    for (int i = 0; i < n; i++) {
        CHECK(ended() == 0);
    }
    CHECK(wait(0) == -1);
    printf("fork test OK\n");
    return 0;
}
