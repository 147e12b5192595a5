#include "bench/support/emulator.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace stampede::bench {
namespace {

constexpr std::string_view qemu = "qemu-system-riscv64";

}  // namespace

std::filesystem::path beside(std::string_view file) {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / file;
}

bool qemu_is_installed() {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (access((folder + "/" + std::string(qemu)).c_str(), X_OK) == 0) return true;
    return false;
}

std::vector<std::string> command(Emulator emulator, std::string_view image, unsigned harts, const std::string& append) {
    std::string file = beside(image), count = std::to_string(harts);
    if (emulator == Emulator::Stampede) return {beside("bin/bench_run_elf"), "--cpus", count, "--append", append, file};
    return {std::string(qemu), "-M", "virt", "-bios", "none", "-m", "128M", "-nographic",
            "-smp", count, "-append", append, "-kernel", file};
}

std::string host_description() {
    std::ifstream cpuinfo("/proc/cpuinfo");
    for (std::string line; std::getline(cpuinfo, line);)
        if (line.starts_with("model name"))
            return fmt::format("{} cores of {}", std::thread::hardware_concurrency(), line.substr(line.find(':') + 2));
    return fmt::format("{} cores", std::thread::hardware_concurrency());
}

}  // namespace stampede::bench
