// One process at a time works in a folder.
#pragma once
#include <filesystem>
#include <utility>

#include "harts/base/error.h"

namespace stampede::campaign {

// A lock on a file, which is made; the system lets go of it when the process ends, however it ends.
class FolderLock {
public:
    enum class Patience { Wait, Refuse };
    // Error: the file cannot be made or, with Refuse, somebody has it.
    [[nodiscard]] static Result<FolderLock> take(const std::filesystem::path& file,
                                                 Patience patience);
    FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock();

private:
    explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

// With all folders above it. Error: names it and the system's reason.
[[nodiscard]] Result<void> make_folders(const std::filesystem::path& folder);

}  // namespace stampede::campaign
