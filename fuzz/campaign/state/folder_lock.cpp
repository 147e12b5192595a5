#include "fuzz/campaign/state/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace stampede::campaign {

Result<FolderLock> FolderLock::take(const std::filesystem::path& file, Patience patience) {
    FolderLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (lock.descriptor_ < 0) {
        return error(fmt::format("{}: cannot be made: {}", file.string(),
                                 std::generic_category().message(errno)));
    }
    int failed = -1;
    do {
        failed = ::flock(lock.descriptor_, LOCK_EX | (patience == Patience::Refuse ? LOCK_NB : 0));
    } while (failed != 0 && errno == EINTR);
    if (failed != 0) {
        const std::string why =
            errno == EWOULDBLOCK ? "somebody else has it" : std::generic_category().message(errno);
        return error(fmt::format("{}: cannot be locked: {}", file.string(), why));
    }
    return lock;
}

FolderLock::~FolderLock() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Result<void> make_folders(const std::filesystem::path& folder) {
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    return failure ? Result<void>(error(
                         fmt::format("{}: cannot be made: {}", folder.string(), failure.message())))
                   : Result<void>();
}

}  // namespace stampede::campaign
