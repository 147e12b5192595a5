// A folder that goes with everything in it when its owner goes.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "harts/base/error.h"

namespace stampede::bench {

class TemporaryFolder {
public:
    // Error: the system's folder for temporary files cannot be written.
    [[nodiscard]] static Result<TemporaryFolder> create(const std::string& name) {
        std::string path = std::filesystem::temp_directory_path() / (name + ".XXXXXX");
        if (mkdtemp(path.data()) == nullptr) {
            return error(path + ": cannot be made");
        }
        return TemporaryFolder(path);
    }
    TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!path_.empty()) {
            std::filesystem::remove_all(path_, ignored);
        }
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;  // empty: moved from
};

}  // namespace stampede::bench
