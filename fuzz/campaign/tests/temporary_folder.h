// A folder for one test, which goes with everything in it.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>

namespace stampede::campaign {

class TemporaryFolder {
public:
    TemporaryFolder()
        : path_((std::filesystem::temp_directory_path() / "campaign_test.XXXXXX").string()) {
        if (mkdtemp(path_.data()) == nullptr) {
            std::abort();
        }
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] std::filesystem::path path() const { return path_; }

private:
    std::string path_;
};

}  // namespace stampede::campaign
