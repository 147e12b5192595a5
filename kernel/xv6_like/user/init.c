// The first process: the console, and a shell on it for ever.
#include "user.h"

int main(void) {
    char* argv[] = {"sh", 0};
    if (open("console", O_RDWR) < 0) {
        mknod("console", 1, 0);
        open("console", O_RDWR);
    }
    dup(0);
    dup(0);
    for (;;) {
        printf("init: starting sh\n");
        int shell = fork();
        if (shell < 0) {
            printf("init: fork failed\n");
            exit(1);
        }
        if (shell == 0) {
            exec("sh", argv);
            printf("init: exec sh failed\n");
            exit(1);
        }
        int pid;
        do {  // others are children whose parents have gone
            pid = wait(0);
        } while (pid >= 0 && pid != shell);
    }
}
