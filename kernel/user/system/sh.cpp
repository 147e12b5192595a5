// A one-line shell: words, `a ; b`, `a & b`, `a | b`, `< file`, `> file`, and `cd`. No quotes, no
// variables.
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

namespace {

constexpr int line_capacity = 256;

enum class Redirect { input, output };

[[noreturn]] void complain(const char* what, const char* about) {
    printf(console_error, "sh: %s %s\n", what, about);
    exit(1);
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Cuts the next word out of `text`, which moves behind it; null at the end of the line.
char* next_word(char*& text) {
    while (is_blank(*text)) {
        ++text;
    }
    if (*text == '\0') {
        return nullptr;
    }
    char* const word = text;
    while (*text != '\0' && !is_blank(*text)) {
        ++text;
    }
    if (*text != '\0') {
        *text++ = '\0';
    }
    return word;
}

void redirect(Redirect kind, const char* path) {
    const int fd = kind == Redirect::input ? console_in : console_out;
    close(fd);
    using namespace stampede::abi;
    const int flags = kind == Redirect::input ? o_rdonly : o_wronly | o_create | o_trunc;
    if (open(path, flags) != fd) {
        complain("cannot open", path);
    }
}

// One command without pipes: redirections are taken out, the rest is executed.
[[noreturn]] void run_simple(char* command) {
    char* arguments[stampede::abi::max_exec_arguments] = {};
    int count = 0;
    while (char* word = next_word(command)) {
        if (*word == '<' || *word == '>') {
            const Redirect kind = *word == '<' ? Redirect::input : Redirect::output;
            char* path = word[1] != '\0' ? word + 1 : next_word(command);
            if (path == nullptr) {
                complain("a file name is missing behind", word);
            }
            redirect(kind, path);
        } else if (count + 1 < stampede::abi::max_exec_arguments) {
            arguments[count++] = word;
        } else {
            complain("too many words behind", arguments[0]);
        }
    }
    if (count == 0) {
        exit(0);
    }
    exec(arguments[0], arguments);
    char path[stampede::abi::max_path];
    format(path, sizeof path, "/%s", arguments[0]);  // programs live in the root, also after cd
    exec(path, arguments);
    complain("cannot run", arguments[0]);
}

int fork_or_complain() {
    const int pid = fork();
    if (pid < 0) {
        complain("fork() failed", "");
    }
    return pid;
}

void become_end(int ends[2], int end, int fd) {
    close(fd);
    dup(ends[end]);
    close(ends[0]);
    close(ends[1]);
}

[[noreturn]] void run_pipeline(char* command) {
    char* bar = const_cast<char*>(find(command, '|'));
    if (bar == nullptr) {
        run_simple(command);
    }
    *bar = '\0';
    int ends[2];
    if (pipe(ends) < 0) {
        complain("pipe() failed", "");
    }
    if (fork_or_complain() == 0) {
        become_end(ends, 1, console_out);
        run_simple(command);
    }
    const int right = fork_or_complain();
    if (right == 0) {
        become_end(ends, 0, console_in);
        run_pipeline(bar + 1);
    }
    close(ends[0]);
    close(ends[1]);
    int status = 0;
    int of_right = 0;
    for (int pid; (pid = wait(&status)) > 0;) {
        of_right = pid == right ? status : of_right;
    }
    exit(of_right);
}

// `cd` changes the shell itself.
bool run_builtin(char* command) {
    char copy[line_capacity];
    format(copy, sizeof copy, "%s", command);
    char* rest = copy;
    const char* word = next_word(rest);
    if (word == nullptr) {
        return true;
    }
    if (!equal(word, "cd")) {
        return false;
    }
    const char* path = next_word(rest);
    if (chdir(path != nullptr ? path : "/") < 0) {
        printf(console_error, "sh: cannot cd to %s\n", path);
    }
    return true;
}

void run_line(char* line) {
    while (*line != '\0') {
        char* end = line;
        while (*end != '\0' && *end != ';' && *end != '&') {
            ++end;
        }
        const char separator = *end;
        *end = '\0';
        if (!run_builtin(line)) {
            const int pid = fork();
            if (pid == 0) {
                run_pipeline(line);
            }
            if (pid < 0) {
                printf(console_error, "sh: fork() failed\n");
            }
            while (separator != '&' && pid > 0) {
                const int reaped = wait(nullptr);  // earlier `&` commands are reaped in passing
                if (reaped == pid || reaped < 0) {
                    break;
                }
            }
        }
        line = separator == '\0' ? end : end + 1;
    }
}

// False at the end of the input. A line that is too long is cut.
bool read_line(char* line) {
    int size = 0;
    for (;;) {
        char c;
        if (read(console_in, &c, 1) != 1) {
            return size > 0;
        }
        if (size + 1 < line_capacity) {
            line[size++] = c;
            line[size] = '\0';
        }
        if (c == '\n') {
            return true;
        }
    }
}

}  // namespace

int main(int, char**) {
    static char line[line_capacity];
    for (;;) {
        printf(console_out, "$ ");
        line[0] = '\0';
        if (!read_line(line)) {
            return 0;
        }
        run_line(line);
    }
}
