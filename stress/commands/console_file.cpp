#include "stress/commands/console_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace stampede {

std::expected<ConsoleFile, Refusal> ConsoleFile::open(const Options& options) {
    return options.task == Task::Shell && !options.console ? ConsoleFile(STDOUT_FILENO)
                                                           : open(options.console);
}

std::expected<ConsoleFile, Refusal> ConsoleFile::open(const std::optional<std::string>& path) {
    if (!path || *path == "-") {
        return ConsoleFile(path ? STDOUT_FILENO : -1);
    }
    // A FIFO that nobody reads would keep us waiting here.
    const int file = ::open(path->c_str(),
                            O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
    if (file < 0) {
        return std::unexpected(
            Refusal{ExitStatus::Unusable,
                    fmt::format("{}: {}", *path,
                                errno == ENXIO
                                    ? std::string("nobody reads from it")
                                    : "cannot be written: " + std::string(std::strerror(errno)))});
    }
    return ConsoleFile(file);
}

ConsoleFile::~ConsoleFile() {
    if (file_ > STDERR_FILENO) {
        ::close(file_);
    }
}

}  // namespace stampede
