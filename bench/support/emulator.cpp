#include "bench/support/emulator.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>
#include <thread>

#include "harts/guests/shelf.h"

namespace stampede::bench {
namespace {

constexpr std::string_view qemu = "qemu-system-riscv64";

}  // namespace

bool qemu_is_installed() {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (access((folder + "/" + std::string(qemu)).c_str(), X_OK) == 0) {
            return true;
        }
    }
    return false;
}

std::vector<std::string> command(Emulator emulator, const Guest& guest, const Work& work,
                                 unsigned harts) {
    const std::string count = std::to_string(harts), append = guest.start(work)->bootargs;
    if (emulator == Emulator::Stampede) {
        return {Shelf::beside_program().command("bench_run_elf"),
                "--cpus",
                count,
                "--append",
                append,
                guest.kernel};
    }
    return {std::string(qemu), "-M",   "virt", "-bios",   "none", "-m",      "128M",
            "-nographic",      "-smp", count,  "-append", append, "-kernel", guest.kernel};
}

std::string host_description() {
    std::ifstream cpuinfo("/proc/cpuinfo");
    for (std::string line; std::getline(cpuinfo, line);) {
        if (line.starts_with("model name")) {
            return fmt::format("{} cores of {}", std::thread::hardware_concurrency(),
                               line.substr(line.find(':') + 2));
        }
    }
    return fmt::format("{} cores", std::thread::hardware_concurrency());
}

}  // namespace stampede::bench
