#include "bench/support/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <deque>
#include <regex>

namespace stampede::bench {
namespace {

double seconds(clockid_t clock) {
    timespec now{};
    if (clock_gettime(clock, &now) != 0) return 0;
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; }

constexpr int lines_shown = 5;

}  // namespace

Result<Child> Child::start(const std::vector<std::string>& command) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return error(fmt::format("no pipe: {}", std::strerror(errno)));
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    pid_t pid = -1;
    int failure = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (failure != 0) {
        close(ends[0]);
        return error(fmt::format("cannot start {}: {}", command[0], std::strerror(failure)));
    }
    return Child(pid, ends[0]);
}

Child::Child(Child&& other) noexcept : pid_(other.pid_), output_(other.output_), pending_(std::move(other.pending_)) {
    other.pid_ = -1;
    other.output_ = -1;
}

Child::~Child() {
    if (output_ >= 0) close(output_);
    if (pid_ < 0) return;
    kill(pid_, SIGKILL);
    wait();
}

double Child::cpu_s() const {
    if (pid_ < 0) return used_s_;
    clockid_t clock;
    return clock_getcpuclockid(pid_, &clock) == 0 ? seconds(clock) : 0;
}

Result<std::optional<Line>> Child::next_line(double patience_s) {
    for (;;) {
        if (std::size_t end = pending_.find('\n'); end != std::string::npos) {
            Line line{pending_.substr(0, end), cpu_s(), seconds(CLOCK_MONOTONIC)};
            pending_.erase(0, end + 1);
            if (line.text.ends_with('\r')) line.text.pop_back();
            return line;
        }
        pollfd ready{output_, POLLIN, 0};
        int events = poll(&ready, 1, static_cast<int>(patience_s * 1000));
        if (events < 0 && errno == EINTR) continue;
        if (events <= 0) return error(fmt::format("no output for {} s", patience_s));
        char bytes[4096];
        ssize_t size = read(output_, bytes, sizeof bytes);
        if (size <= 0) return std::nullopt;
        pending_.append(bytes, static_cast<std::size_t>(size));
    }
}

void Child::send(int signal) const { kill(pid_, signal); }

int Child::wait() {
    int status = 0;
    rusage usage{};
    while (wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {}
    pid_ = -1;
    used_s_ = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

namespace {

// Runs `command` to its end; `hear` gets every line.
template <class Hear>
Result<void> run(const std::vector<std::string>& command, Hear hear) {
    auto child = Child::start(command);
    if (!child) return error(child.error().message);
    std::deque<std::string> seen;
    auto failed = [&](std::string_view what) {
        return error(fmt::format("{}: {}\n  {}", fmt::join(command, " "), what, fmt::join(seen, "\n  ")));
    };
    for (;;) {
        auto line = child->next_line();
        if (!line) return failed(line.error().message);
        if (!*line) break;
        seen.push_back((*line)->text);
        if (seen.size() > lines_shown) seen.pop_front();
        hear(std::move(**line));
    }
    if (int status = child->wait(); status != 0) return failed(fmt::format("exit status {}", status));
    return {};
}

}  // namespace

Result<void> run_to_end(const std::vector<std::string>& command) {
    return run(command, [](Line) {});
}

Result<Span> time_between(const std::vector<std::string>& command, std::string_view from, const std::string& to) {
    const std::regex pattern(to);
    std::optional<Line> first;
    std::optional<Span> span;
    auto result = run(command, [&](Line line) {
        std::smatch match;
        if (!first) {
            if (line.text.starts_with(from)) first = std::move(line);
        } else if (!span && std::regex_match(line.text, match, pattern)) {
            span = Span{line.cpu_s - first->cpu_s, line.wall_s - first->wall_s, match[1]};
        }
    });
    if (!result) return error(result.error().message);
    if (!span) return error(fmt::format("{}: no line is '{}'", fmt::join(command, " "), first ? to : std::string(from)));
    return *span;
}

}  // namespace stampede::bench
