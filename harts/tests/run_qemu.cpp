#include "harts/tests/run_qemu.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace stampede {
namespace {

// A file that goes when its owner goes.
class TemporaryFile {
public:
    [[nodiscard]] static Result<TemporaryFile> with(std::span<const std::byte> bytes) {
        std::string path =
            (std::filesystem::temp_directory_path() / "stampede-program-XXXXXX").string();
        const int file = mkstemp(path.data());
        if (file < 0) {
            return error(fmt::format("{}: cannot be created", path));
        }
        close(file);
        TemporaryFile made(path);
        std::ofstream out(path, std::ios::binary);
        out.write(reinterpret_cast<const char*>(bytes.data()),
                  static_cast<std::streamsize>(bytes.size()));
        out.close();
        if (!out) {
            return error(fmt::format("{}: cannot be written", path));
        }
        return made;
    }
    TemporaryFile(TemporaryFile&& other) noexcept : path_(std::move(other.path_)) {
        other.path_.clear();
    }
    TemporaryFile& operator=(TemporaryFile&&) = delete;
    ~TemporaryFile() {
        if (!path_.empty()) {
            std::filesystem::remove(path_);
        }
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

// One hart of RV64IMAC. maxcpus=2 because with one QEMU splits an AMO into a load and a store,
// whose faults are then a load's.
constexpr const char* command =
    "timeout {} qemu-system-riscv64 -M virt -cpu "
    "rv64,f=off,d=off,v=off,h=off,zba=off,zbb=off,zbc=off,zbs=off "
    "-smp 1,maxcpus=2 -m 16M -bios none -display none -serial stdio -monitor none -kernel '{}' "
    "</dev/null 2>/dev/null";

}  // namespace

Result<std::string> run_in_qemu(std::span<const std::byte> image, std::chrono::seconds limit) {
    const auto file = TemporaryFile::with(image);
    if (!file) {
        return std::unexpected(file.error());
    }
    FILE* pipe =
        popen(fmt::format(fmt::runtime(command), limit.count(), file->path()).c_str(), "r");
    if (pipe == nullptr) {
        return error("a pipe from qemu-system-riscv64 cannot be opened");
    }
    std::string output;
    std::array<char, 4096> part{};
    while (const std::size_t count = fread(part.data(), 1, part.size(), pipe)) {
        output.append(part.data(), count);
    }
    const int status = pclose(pipe);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        return error(
            code == 124
                ? fmt::format("the program did not end within {} s; it wrote {} lines",
                              limit.count(), std::ranges::count(output, '\n'))
                : fmt::format("qemu-system-riscv64 (package qemu-system-misc) ended with status {}",
                              code));
    }
    return output;
}

}  // namespace stampede
