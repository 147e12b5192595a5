// A kernel of somebody's own in QEMU, and somebody at its shell.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "harts/base/error.h"

namespace stampede::bench {

// An image in a file that goes with this: QEMU writes to it.
class TemporaryImage {
public:
    explicit TemporaryImage(std::span<const std::byte> bytes);
    ~TemporaryImage();
    TemporaryImage(const TemporaryImage&) = delete;
    TemporaryImage& operator=(const TemporaryImage&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

// What a tree's Makefile tells QEMU of the machine, by its year: which virtio-mmio (modern since
// 2021), and whether physical memory protection is as old kernels know it.
struct QemuMachine {
    std::vector<std::string> words;

    // Error: with none of them the kernel comes to its prompt.
    [[nodiscard]] static Result<QemuMachine> that_boots(const std::filesystem::path& kernel,
                                                        const std::filesystem::path& disk,
                                                        const std::string& prompt);
};

class QemuSession {
public:
    // 128 MiB, console on our pipes. Error: the system's reason.
    [[nodiscard]] static Result<QemuSession> start(const QemuMachine& machine,
                                                   const std::filesystem::path& kernel,
                                                   const std::filesystem::path& disk,
                                                   unsigned harts);
    QemuSession(QemuSession&& other) noexcept;
    QemuSession& operator=(QemuSession&&) = delete;
    ~QemuSession();  // ends it

    void type(const std::string& text) const;
    // Until what it has said since the last time ends with `text`. Error: it panics, does not for
    // `patience_s` seconds, or ends.
    [[nodiscard]] Result<void> wait_for(const std::string& text, double patience_s);
    // CPU seconds of all its threads so far.
    [[nodiscard]] double cpu_s() const;

private:
    QemuSession(pid_t pid, int input, int output) : pid_(pid), input_(input), output_(output) {}

    pid_t pid_;
    int input_, output_;
};

}  // namespace stampede::bench
