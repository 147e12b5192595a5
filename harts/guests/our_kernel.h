// The kernel of kernel/: one file for each frame policy, and for each seeded bug.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "harts/guests/guest.h"

namespace stampede {

// kernel-NAME.elf in `folder`, its programs in user/. There need be no such file.
[[nodiscard]] Guest our_kernel(const std::filesystem::path& folder, const std::string& name);

// Where that kernel's file is, or would be.
[[nodiscard]] std::filesystem::path our_kernel_file(const std::filesystem::path& folder,
                                                    const std::string& name);

// The names of those that lie in `folder`, sorted.
[[nodiscard]] std::vector<std::string> our_kernels(const std::filesystem::path& folder);

// The folder of their programs, NAME.elf.
[[nodiscard]] std::filesystem::path our_programs(const std::filesystem::path& folder);

}  // namespace stampede
