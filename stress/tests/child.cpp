#include "stress/tests/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace stampede {
namespace {

struct Pipe {
    int read_end = -1, write_end = -1;
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) == 0) {
            read_end = ends[0];
            write_end = ends[1];
        }
    }
};

// False: it has ended.
bool read_some(int file, std::string& to) {
    std::array<char, 4096> bytes;
    const ssize_t count = ::read(file, bytes.data(), bytes.size());
    if (count <= 0) {
        return count < 0 && errno == EINTR;
    }
    to.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
}

[[noreturn]] void become(const std::vector<std::string>& words, const Pipe& in, const Pipe& out,
                         const Pipe& err) {
    ::dup2(in.read_end, STDIN_FILENO);
    ::dup2(out.write_end, STDOUT_FILENO);
    ::dup2(err.write_end, STDERR_FILENO);
    std::vector<char*> argv;
    for (const std::string& word : words) {
        argv.push_back(const_cast<char*>(word.c_str()));
    }
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(126);
}

}  // namespace

ChildResult run_child(const std::vector<std::string>& words, const std::string& input,
                      const std::function<bool(int, const std::string&)>& while_running) {
    const Pipe in, out, err;
    const pid_t pid = ::fork();
    if (pid == 0) {
        become(words, in, out, err);
    }
    for (const int file : {in.read_end, out.write_end, err.write_end}) {
        ::close(file);
    }
    ChildResult result;
    if (::write(in.write_end, input.data(), input.size()) != static_cast<ssize_t>(input.size())) {
        result.err = "the input does not fit into a pipe\n";
    }
    ::close(in.write_end);
    bool ask = static_cast<bool>(while_running), more_out = true, more_err = true;
    while (more_out || more_err) {
        std::array<pollfd, 2> files{
            {{more_out ? out.read_end : -1, POLLIN, 0}, {more_err ? err.read_end : -1, POLLIN, 0}}};
        ::poll(files.data(), files.size(), ask ? 20 : -1);
        more_out = more_out && (files[0].revents == 0 || read_some(out.read_end, result.out));
        more_err = more_err && (files[1].revents == 0 || read_some(err.read_end, result.err));
        ask = ask && while_running(pid, result.out);
    }
    ::close(out.read_end);
    ::close(err.read_end);
    int status = 0;
    ::waitpid(pid, &status, 0);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

}  // namespace stampede
