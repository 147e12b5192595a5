// The running program.
#pragma once
#include <filesystem>

namespace stampede {

// Its file, links followed; empty where the host does not tell.
inline std::filesystem::path own_program() {
    std::error_code failure;
    return std::filesystem::read_symlink("/proc/self/exe", failure);
}

}  // namespace stampede
