// Where a guest's console output goes.
#pragma once
#include <expected>
#include <utility>

#include "stress/options/options.h"
#include "stress/options/refusal.h"

namespace stampede {

// A file descriptor, or -1 for nowhere.
class ConsoleFile {
public:
    [[nodiscard]] static std::expected<ConsoleFile, Refusal> open(const Options& options);
    // Nothing is nowhere, - is stdout.
    [[nodiscard]] static std::expected<ConsoleFile, Refusal> open(
        const std::optional<std::string>& path);
    ConsoleFile(ConsoleFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    ConsoleFile& operator=(ConsoleFile&&) = delete;
    ~ConsoleFile();
    [[nodiscard]] int file() const { return file_; }

private:
    explicit ConsoleFile(int file) : file_(file) {}
    int file_;
};

}  // namespace stampede
