// grind [ROUNDS [SEED]]: two processes do system calls by chance, in directories of their own;
// shared pages, full tables and names that are not there are the rule.
#include "check.h"

static uint seed;
static const char* home;
static uint random(uint below) {
    seed = seed * 1103515245 + 12345;
    return (seed >> 16) % below;
}

static void step(char* page) {
    static int fd = -1;
    static const char* const names[] = {"a", "b", "d", "d/a", "d/../b", "./d"};
    const char* name = names[random(6)];
    const char* other = names[random(6)];
    char* argv[] = {"echo", 0};
    int fds[2], pid;
    switch (random(13)) {
    case 0:
        close(fd);
        fd = open(name, random(2) ? O_CREATE | O_RDWR : O_RDONLY);
        break;
    case 1: write(fd, page, random(3000)); break;
    case 2: read(fd, page, random(3000)); break;
    case 3: unlink(name); break;
    case 4: mkdir(name); break;
    case 5: link(name, other); break;
    case 6: chdir(random(2) ? "d" : home); break;
    case 7: page[random(4096)] = 1; break;
    case 8: sbrk(random(2) || sbrk(0) < page + 2 * 4096 ? 4096 : -4096); break;
    case 9:
        if ((pid = fork()) == 0) {
            page[random(4096)] = 2;
            exit(0);
        }
        if (pid > 0 && random(4) == 0) {
            kill(pid);
        }
        wait(0);
        break;
    case 10:
        if (fork() == 0) {
            close(1);
            exec(random(2) ? "/echo" : name, argv);
            exit(0);
        }
        wait(0);
        break;
    case 11:
        if (pipe(fds) == 0) {
            write(fds[1], "x", 1);
            read(fds[0], page, 1);
            close(fds[0]);
            close(fds[1]);
        }
        break;
    case 12: close(dup(fd)); break;
    }
}

int main(int argc, char** argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 200;
    static const char* const directories[] = {"/grind0", "/grind1"};
    for (int i = 0; i < 2; i++) {
        mkdir(directories[i]);
        if (forked() == 0) {
            seed = (argc > 2 ? atoi(argv[2]) : 1) + i;
            home = directories[i];
            CHECK(chdir(home) == 0);
            char* page = sbrk(4096);
            for (int round = 0; round < rounds; round++) {
                step(page);
            }
            exit(0);
        }
    }
    int bad = ended() | ended();
    printf(bad ? "grind: FAILED\n" : "grind: OK\n");
    return bad;
}
