#include "bench/xv6/qemu_session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <utility>

namespace stampede::bench {
namespace {

const std::vector<std::string> modern{"-global", "virtio-mmio.force-legacy=false"};
const std::vector<std::string> without_pmp{"-cpu", "rv64,pmp=off"};

std::vector<std::string> joined(std::vector<std::string> one,
                                const std::vector<std::string>& other) {
    one.insert(one.end(), other.begin(), other.end());
    return one;
}

}  // namespace

TemporaryImage::TemporaryImage(std::span<const std::byte> bytes) {
    std::string name = (std::filesystem::temp_directory_path() / "xv6-image-XXXXXX").string();
    const int file = ::mkstemp(name.data());
    path_ = name;
    ::close(file);
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
}

TemporaryImage::~TemporaryImage() {
    std::error_code failure;
    std::filesystem::remove(path_, failure);
}

Result<QemuMachine> QemuMachine::that_boots(const std::filesystem::path& kernel,
                                            const std::filesystem::path& disk,
                                            const std::string& prompt) {
    constexpr double patience = 15;  // seconds without a word
    for (const auto& words : {modern, {}, joined(modern, without_pmp), without_pmp}) {
        const QemuMachine machine{words};
        Result<QemuSession> session = QemuSession::start(machine, kernel, disk, 1);
        if (!session) {
            return std::unexpected(session.error());
        }
        if (session->wait_for(prompt, patience)) {
            return machine;
        }
    }
    return error(fmt::format("{}: does not come to its prompt in QEMU", kernel.string()));
}

Result<QemuSession> QemuSession::start(const QemuMachine& machine,
                                       const std::filesystem::path& kernel,
                                       const std::filesystem::path& disk, unsigned harts) {
    const std::vector<std::string> words =
        joined({"qemu-system-riscv64", "-machine", "virt", "-bios", "none", "-m", "128M",
                "-nographic", "-smp", std::to_string(harts), "-kernel", kernel.string(), "-drive",
                fmt::format("file={},if=none,format=raw,id=x0", disk.string()), "-device",
                "virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0"},
               machine.words);
    std::array<int, 2> in{}, out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) {
        return error(std::string("no pipe: ") + std::strerror(errno));
    }
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(in[0], STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(out[1], STDERR_FILENO);
        std::vector<char*> argv;
        for (const std::string& word : words) {
            argv.push_back(const_cast<char*>(word.c_str()));
        }
        argv.push_back(nullptr);
        ::execvp(argv[0], argv.data());
        ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    if (pid < 0) {
        return error(std::string("no process: ") + std::strerror(errno));
    }
    return QemuSession(pid, in[1], out[0]);
}

QemuSession::QemuSession(QemuSession&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::exchange(other.input_, -1)),
      output_(std::exchange(other.output_, -1)) {}

QemuSession::~QemuSession() {
    if (pid_ < 0) {
        return;
    }
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(input_);
    ::close(output_);
}

void QemuSession::type(const std::string& text) const {
    (void)!::write(input_, text.data(), text.size());  // a pipe holds a line
}

Result<void> QemuSession::wait_for(const std::string& text, double patience_s) {
    constexpr std::size_t kept = 4096;  // bytes of what it says
    std::string said;                   // without carriage returns
    while (!said.ends_with(text)) {
        pollfd ready{output_, POLLIN, 0};
        if (::poll(&ready, 1, static_cast<int>(patience_s * 1000)) <= 0) {
            return error(
                fmt::format("QEMU has said nothing for {} s; before: {}", patience_s, said));
        }
        std::array<char, kept> bytes;
        const ssize_t count = ::read(output_, bytes.data(), bytes.size());
        if (count <= 0) {
            return error("QEMU has ended: " + said);
        }
        said.append(bytes.data(), static_cast<std::size_t>(count));
        if (said.contains("panic")) {
            return error("the kernel panics in QEMU: " + said);
        }
        std::erase(said, '\r');
        said.erase(0, said.size() - std::min(said.size(), kept));
    }
    return {};
}

double QemuSession::cpu_s() const {
    clockid_t clock{};
    timespec used{};
    if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) {
        return 0;
    }
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

}  // namespace stampede::bench
