#include "stress/run/console_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace stampede {

std::expected<ConsoleFile, Refusal> ConsoleFile::open(const Options& options) {
    if (options.task == Task::Shell && !options.console) {
        return ConsoleFile(STDOUT_FILENO);
    }
    if (!options.console) {
        return ConsoleFile(-1);
    }
    if (*options.console == "-") {
        return ConsoleFile(STDOUT_FILENO);
    }
    const int file = ::open(options.console->c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) {
        return std::unexpected(
            Refusal{ExitStatus::Unusable, fmt::format("{}: cannot be written: {}", *options.console, std::strerror(errno))});
    }
    return ConsoleFile(file);
}

ConsoleFile::~ConsoleFile() {
    if (file_ > STDERR_FILENO) {
        ::close(file_);
    }
}

}  // namespace stampede
