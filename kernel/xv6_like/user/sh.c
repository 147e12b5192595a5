// A shell: `a b < in > out | c; d & e`, and cd.
#include "user.h"

static int is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

static void fail(const char* what, const char* which) {
    fprintf(2, "%s %s failed\n", what, which);
    exit(1);
}

// The next word of the command, ended by a zero; "" at its end.
static char* word(char** at) {
    while (is_blank(**at)) {
        (*at)++;
    }
    char* from = *at;
    if (*from == '<' || *from == '>') {
        return *from == '<' ? (*at)++, "<" : ((*at)++, ">");
    }
    while (**at && !is_blank(**at) && **at != '<' && **at != '>') {
        (*at)++;
    }
    return from;
}

static void redirect(int fd, const char* path, int mode) {
    close(fd);
    if (open(path, mode) < 0) {
        fail("open", path);
    }
}

static void run_simple(char* command) {
    char* argv[32];
    static char words[256];
    char* free = words;
    int argc = 0, into = -1;
    for (;;) {
        char* w = word(&command);
        if (*w == '<' || *w == '>') {
            into = *w == '>';
            continue;
        }
        int n = command - w;
        if (n == 0) {
            break;
        }
        char* copy = memcpy(free, w, n);
        free += n;
        *free++ = 0;
        if (into >= 0) {
            redirect(into, copy, into ? O_WRONLY | O_CREATE | O_TRUNC : O_RDONLY);
            into = -1;
        } else if (argc < 31) {
            argv[argc++] = copy;
        }
    }
    argv[argc] = 0;
    if (argc == 0) {
        exit(0);
    }
    exec(argv[0], argv);
    fail("exec", argv[0]);
}

static int fork_or_fail(void) {
    int pid = fork();
    if (pid < 0) {
        fail("fork", "");
    }
    return pid;
}

// What follows the first of these characters, which becomes the end; 0 if there is none.
static char* split(char* s, char at, char or, char* which) {
    for (; *s; s++) {
        if (*s == at || *s == or) {
            *which = *s;
            *s = 0;
            return s + 1;
        }
    }
    return 0;
}

static void run_pipes(char* command) {
    char which;
    char* rest = split(command, '|', '|', &which);
    int fds[2];
    if (!rest) {
        run_simple(command);
    }
    if (pipe(fds) < 0) {
        fail("pipe", "");
    }
    for (int end = 1; end >= 0; end--) {
        if (fork_or_fail() == 0) {
            close(end);
            dup(fds[end]);
            close(fds[0]);
            close(fds[1]);
            end ? run_simple(command) : run_pipes(rest);
        }
    }
    close(fds[0]);
    close(fds[1]);
    wait(0);
    wait(0);
    exit(0);
}

static void run_line(char* line) {
    while (line) {
        char which = 0;
        char* rest = split(line, ';', '&', &which);
        if (fork_or_fail() == 0) {
            run_pipes(line);
        }
        if (which != '&') {
            wait(0);
        }
        line = rest;
    }
    exit(0);
}

int main(void) {
    static char line[128];
    for (;;) {
        fprintf(2, "$ ");
        if (!*gets(line, sizeof(line))) {
            exit(0);
        }
        line[strlen(line) - 1] = 0;
        if (line[0] == 'c' && line[1] == 'd' && line[2] == ' ') {  // of this process
            if (chdir(line + 3) < 0) {
                fprintf(2, "cannot cd %s\n", line + 3);
            }
            continue;
        }
        if (fork_or_fail() == 0) {
            run_line(line);
        }
        wait(0);
    }
}
