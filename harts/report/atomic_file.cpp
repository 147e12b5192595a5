#include "harts/report/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>

#include "harts/base/patient_write.h"

namespace stampede {
namespace {

std::unexpected<Error> system_error(const std::filesystem::path& file, std::string_view what,
                                    int number) {
    return error(
        fmt::format("{}: {}: {}", file.string(), what, std::generic_category().message(number)));
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { (void)close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] bool is_open() const { return number_ >= 0; }
    [[nodiscard]] int get() const { return number_; }
    // False: what was written may not have reached the disk (a full quota shows here); errno says
    // why.
    [[nodiscard]] bool close() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

private:
    int number_;
};

bool write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno != EINTR) {
            return false;
        }
        content.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    return true;
}

// What is there already, and no regular file; and what is another name of a file that somebody has
// open, and goes on behind what stands there.
Result<void> write_into(const std::filesystem::path& place, std::string_view content) {
    const Descriptor descriptor(
        ::open(place.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!descriptor.is_open()) {
        return errno == ENXIO ? error(fmt::format("{}: nobody reads from it", place.string()))
                              : system_error(place, "cannot be opened", errno);
    }
    constexpr std::chrono::seconds patience{10};
    const int failure = write_patiently(descriptor.get(), content, patience);
    return failure == 0 ? Result<void>() : system_error(place, "cannot be written", failure);
}

bool is_of_the_system(const std::filesystem::path& place) {
    const std::string text = place.lexically_normal().string();
    return text.starts_with("/dev/") || text.starts_with("/proc/");
}

// Where a link that may lead nowhere yet leads.
std::filesystem::path followed(std::filesystem::path place) {
    constexpr unsigned most = 40;  // links, as the system's own limit
    std::error_code failure;
    for (unsigned n = 0; n < most && std::filesystem::is_symlink(place, failure); ++n) {
        place = place.parent_path() / std::filesystem::read_symlink(place, failure);
    }
    return place;
}

// Unique among the processes of this host and the threads of this one.
std::filesystem::path temporary_name(const std::filesystem::path& file) {
    // any thread; relaxed: only its being different matters
    static std::atomic<unsigned> number{0};
    return fmt::format("{}.{}.{}.tmp", file.string(), getpid(),
                       number.fetch_add(1, std::memory_order_relaxed));
}

}  // namespace

Result<void> write_file_atomically(const std::filesystem::path& file, std::string_view content) {
    const std::filesystem::path temporary = temporary_name(file);
    Descriptor descriptor(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!descriptor.is_open()) {
        return system_error(file, "cannot be made", errno);
    }
    if (!write_all(descriptor.get(), content) || !descriptor.close() ||
        ::rename(temporary.c_str(), file.c_str()) != 0) {
        const int reason = errno;
        ::unlink(temporary.c_str());
        return system_error(file, "cannot be written", reason);
    }
    return {};
}

Result<void> write_output(const std::filesystem::path& place, std::string_view content) {
    if (place == "-") {
        if (std::fflush(stdout) != 0 || !write_all(STDOUT_FILENO, content)) {
            return system_error("stdout", "cannot be written", errno);
        }
        return {};
    }
    struct stat status{};
    const bool is_there = ::stat(place.c_str(), &status) == 0;
    if (is_there && S_ISDIR(status.st_mode)) {
        return error(fmt::format("{}: is a folder, a file is expected", place.string()));
    }
    if (is_of_the_system(place) || (is_there && !S_ISREG(status.st_mode))) {
        std::fflush(stdout);  // it may be the same
        return write_into(place, content);
    }
    return write_file_atomically(followed(place), content);
}

Result<std::string> read_file(const std::filesystem::path& file, std::size_t most) {
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor.is_open()) {
        return system_error(file, "cannot be opened", errno);
    }
    const auto too_large = [&] {
        return error(fmt::format("{}: is larger than {} bytes", file.string(), most));
    };
    std::string content;
    char block[16384];
    struct stat status{};
    if (::fstat(descriptor.get(), &status) == 0 && S_ISREG(status.st_mode) &&
        static_cast<std::size_t>(status.st_size) > most) {
        return too_large();
    }
    for (;;) {
        const ssize_t count = ::read(descriptor.get(), block, sizeof block);
        if (count == 0) {
            return content;
        }
        if (count > 0) {
            content.append(block, static_cast<std::size_t>(count));
            if (content.size() > most) {
                return too_large();
            }
        } else if (errno != EINTR) {
            return system_error(file, "cannot be read", errno);
        }
    }
}

}  // namespace stampede
