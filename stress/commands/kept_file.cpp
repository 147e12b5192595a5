#include "stress/commands/kept_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

namespace stampede {
namespace {

constexpr const char* newest = "/newest";
constexpr const char* kept = "/kept";

bool write_all(int file, const char* bytes, std::size_t size) {
    while (size != 0) {
        const ssize_t written = ::write(file, bytes, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return false;
        }
        bytes += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

}  // namespace

KeptFile::KeptFile(std::string path, int file, std::string folder)
    : path_(std::move(path)), file_(file), folder_(std::move(folder)) {}

KeptFile::KeptFile(KeptFile&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      folder_(std::exchange(other.folder_, "")),
      worth_(other.worth_) {}

Result<KeptFile> KeptFile::open(const std::optional<std::string>& path) {
    if (!path) {
        return KeptFile("", -1, "");
    }
    const auto fail = [](const std::string& what) {
        return error(fmt::format("{}: cannot be written: {}", what, std::strerror(errno)));
    };
    const int file = *path == "-"
                         ? STDOUT_FILENO
                         : ::open(path->c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) {
        return fail(*path);
    }
    std::error_code failure;
    std::string folder = (std::filesystem::temp_directory_path(failure) / "stress-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) {
        const auto why = fail(folder);
        KeptFile(*path, file, "");  // closes it
        return why;
    }
    return KeptFile(*path, file, folder);
}

KeptFile::~KeptFile() {
    if (file_ > STDERR_FILENO) {
        ::close(file_);
    }
    if (!folder_.empty()) {
        std::error_code failure;
        std::filesystem::remove_all(folder_, failure);
    }
}

std::optional<std::string> KeptFile::for_a_run() const {
    return folder_.empty() ? std::nullopt : std::optional(folder_ + newest);
}

void KeptFile::ended(Worth worth) {
    std::error_code failure;
    if (folder_.empty() || !std::filesystem::exists(folder_ + newest, failure) ||
        (worth == Worth::Nothing && worth_)) {
        return;
    }
    std::filesystem::rename(folder_ + newest, folder_ + kept, failure);
    worth_ |= worth == Worth::Keeping;
}

Result<void> KeptFile::finish() {
    std::ifstream from(folder_ + kept, std::ios::binary);  // no run, no file
    std::array<char, 1 << 16> bytes;
    while (from) {
        from.read(bytes.data(), bytes.size());
        if (!write_all(file_, bytes.data(), static_cast<std::size_t>(from.gcount()))) {
            return error(fmt::format("{}: cannot be written: {}", path_, std::strerror(errno)));
        }
    }
    return {};
}

}  // namespace stampede
