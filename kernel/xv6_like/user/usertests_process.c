// usertests: processes come and go.
#include "check.h"

void test_exitwait(void) {
    for (int i = 0; i < 60; i++) {
        int status, pid = forked();
        if (pid == 0) {
            exit(i);
        }
        CHECK(wait(&status) == pid && status == i);
    }
    CHECK(wait(0) == -1);
}

void test_killstatus(void) {
    CHECK(kill(-5) < 0);
    for (int i = 0; i < 20; i++) {
        int fds[2], pid = forked();
        if (pid == 0) {
            pipe(fds);
            while (i % 2) {
                getpid();
            }
            read(fds[0], &pid, 1);  // for ever
        }
        sleep(i < 4);
        CHECK(kill(pid) == 0);
        CHECK(ended() == -1);
    }
}

// Whose parent has gone belongs to init, which waits for it.
void test_reparent(void) {
    for (int i = 0; i < 15; i++) {
        if (forked() == 0) {
            forked();
            forked();
            exit(0);
        }
        CHECK(ended() == 0);
    }
}

void test_forkfork(void) {
    for (int i = 0; i < 3; i++) {
        if (forked() == 0) {
            for (int j = 0; j < 40; j++) {
                if (forked() == 0) {
                    exit(0);
                }
                CHECK(ended() == 0);
            }
            exit(0);
        }
    }
    for (int i = 0; i < 3; i++) {
        CHECK(ended() == 0);
    }
}

void test_forkmany(void) {
    int n = 0, pid;
    for (; n < 1000 && (pid = fork()) >= 0; n++) {
        if (pid == 0) {
            exit(0);
        }
    }
    CHECK(n > 20 && n < 64);
    while (n--) {
        CHECK(ended() == 0);
    }
    CHECK(wait(0) == -1);
}

void test_pipe(void) {
    static uchar buf[1033];
    int fds[2], all = 0;
    CHECK(pipe(fds) == 0);
    if (forked() == 0) {
        close(fds[0]);
        for (int n = 0, i = 0; n < 5; n++) {
            for (uint j = 0; j < sizeof(buf); j++) {
                buf[j] = i++;
            }
            CHECK(write(fds[1], buf, sizeof(buf)) == sizeof(buf));
        }
        exit(0);
    }
    close(fds[1]);
    for (int n, want = 1; (n = read(fds[0], buf, want)) > 0; all += n) {
        for (int j = 0; j < n; j++) {
            CHECK(buf[j] == (uchar)(all + j));
        }
        want = want * 2 < (int)sizeof(buf) ? want * 2 : 1;
    }
    CHECK(all == 5 * sizeof(buf));
    CHECK(ended() == 0);
    CHECK(pipe(fds) == 0 && close(fds[0]) == 0);
    CHECK(write(fds[1], "x", 1) == -1);  // nobody can read it
}

// Who never gives a hart back does not keep the others from running.
void test_preempt(void) {
    int pids[10];
    for (int i = 0; i < 10; i++) {
        if ((pids[i] = forked()) == 0) {
            for (;;) {
            }
        }
    }
    sleep(1);
    for (int i = 0; i < 10; i++) {
        CHECK(kill(pids[i]) == 0);
    }
    for (int i = 0; i < 10; i++) {
        CHECK(ended() == -1);
    }
}

void test_sleep(void) {
    int before = uptime();
    CHECK(sleep(2) == 0);
    CHECK(uptime() - before >= 2);
    CHECK(sleep(-1) == 0);
}

// exec that fails leaves all as it was, and keeps nothing.
void test_badexec(void) {
    static char word[200];
    char* many[33];
    char* one[] = {"x", 0};
    char* bad[] = {"echo", (char*)0x80000000L, 0};
    memset(word, 'x', sizeof(word) - 1);
    for (int i = 0; i < 33; i++) {
        many[i] = word;
    }
    many[31] = 0;
    CHECK(open("junk", O_CREATE | O_RDWR) >= 0);
    for (int i = 0; i < 30; i++) {
        CHECK(exec("none", one) < 0);
        CHECK(exec("junk", one) < 0);
        CHECK(exec(".", one) < 0);
        CHECK(exec("echo", bad) < 0);
        CHECK(exec("echo", (char**)0x80000000L) < 0);
        CHECK(exec("echo", many) < 0);  // too much for a stack of one page
    }
    many[31] = word;
    many[32] = 0;
    CHECK(exec("echo", many) < 0);
    CHECK(unlink("junk") == 0);
}
