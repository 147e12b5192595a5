#include "harts/base/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <string_view>

namespace stampede {
namespace {

double seconds(clockid_t clock) {
    timespec now{};
    if (clock_gettime(clock, &now) != 0) {
        return 0;
    }
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> all;
    for (const std::string& word : words) {
        all.push_back(const_cast<char*>(word.c_str()));
    }
    all.push_back(nullptr);
    return all;
}

std::vector<std::string> environment_with(const std::vector<std::string>& added) {
    std::vector<std::string> all = added;
    for (char** one = environ; *one != nullptr; ++one) {
        const std::string_view variable = *one;
        const std::string_view name = variable.substr(0, variable.find('=') + 1);
        if (std::ranges::none_of(added,
                                 [&](const std::string& word) { return word.starts_with(name); })) {
            all.emplace_back(variable);
        }
    }
    return all;
}

// Between fork and exec of a process that may have many threads: system calls only. Comes back
// where there is no such program.
int become(char* const* arguments, char* const* environment, int output, ChildSetup::Group group,
           pid_t parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
        (group == ChildSetup::Group::Own && setpgid(0, 0) != 0)) {
        return errno;
    }
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(output, STDERR_FILENO) < 0) {
        return errno;
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execvpe(arguments[0], arguments, environment);
    return errno;
}

}  // namespace

Result<Child> Child::start(const std::vector<std::string>& command, const ChildSetup& setup) {
    int output[2], failure[2];
    if (pipe2(output, O_CLOEXEC) != 0) {
        return error(std::string("no pipe: ") + std::strerror(errno));
    }
    if (pipe2(failure, O_CLOEXEC) != 0) {
        close(output[0]);
        close(output[1]);
        return error(std::string("no pipe: ") + std::strerror(errno));
    }
    const std::vector<char*> arguments = pointers(command);
    const std::vector<std::string> words = environment_with(setup.environment);
    const std::vector<char*> environment = pointers(words);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) {
        const int why =
            become(arguments.data(), environment.data(), output[1], setup.group, parent);
        (void)!write(failure[1], &why, sizeof why);
        _exit(127);
    }
    int why = pid < 0 ? errno : 0;
    close(output[1]);
    close(failure[1]);
    // Its end is closed by exec: nothing to read says that the program has begun, and is in its
    // group.
    if (pid > 0 && read(failure[0], &why, sizeof why) != static_cast<ssize_t>(sizeof why)) {
        why = 0;
    }
    close(failure[0]);
    if (why != 0) {
        close(output[0]);
        if (pid > 0) {
            waitpid(pid, nullptr, 0);
        }
        return error("cannot start " + command[0] + ": " + std::strerror(why));
    }
    return Child(pid, output[0], setup.group);
}

Child::Child(Child&& other) noexcept
    : pid_(other.pid_),
      output_(other.output_),
      group_(other.group_),
      used_s_(other.used_s_),
      pending_(std::move(other.pending_)) {
    other.pid_ = -1;
    other.output_ = -1;
}

Child::~Child() {
    if (output_ >= 0) {
        close(output_);
    }
    if (pid_ < 0) {
        return;
    }
    send(SIGKILL);
    wait();
}

double Child::cpu_s() const {
    if (pid_ < 0) {
        return used_s_;
    }
    clockid_t clock;
    return clock_getcpuclockid(pid_, &clock) == 0 ? seconds(clock) : 0;
}

Result<std::optional<Line>> Child::next_line(double patience_s) {
    for (;;) {
        if (const std::size_t end = pending_.find('\n'); end != std::string::npos) {
            Line line{pending_.substr(0, end), cpu_s(), seconds(CLOCK_MONOTONIC)};
            pending_.erase(0, end + 1);
            if (line.text.ends_with('\r')) {
                line.text.pop_back();
            }
            return line;
        }
        pollfd ready{output_, POLLIN, 0};
        const int events = poll(&ready, 1, static_cast<int>(patience_s * 1000));
        if (events < 0 && errno == EINTR) {
            continue;
        }
        if (events <= 0) {
            return error("no output for " + std::to_string(patience_s) + " s");
        }
        char bytes[4096];
        const ssize_t size = read(output_, bytes, sizeof bytes);
        if (size <= 0) {
            return std::nullopt;
        }
        pending_.append(bytes, static_cast<std::size_t>(size));
    }
}

void Child::send(int signal) const {
    kill(group_ == ChildSetup::Group::Own ? -pid_ : pid_, signal);
}

int Child::wait() {
    int status = 0;
    rusage usage{};
    while (wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    used_s_ = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace stampede
