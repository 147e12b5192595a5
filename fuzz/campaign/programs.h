// The programs and kernels that a campaign uses: those that were built beside it.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace stampede::campaign {

struct Programs {
    std::filesystem::path bin;       // build/<tree>/bin
    std::filesystem::path guests;    // build/<tree>/guest

    [[nodiscard]] static Programs beside_this();
    [[nodiscard]] std::string path_of(const std::string& program) const { return (bin / program).string(); }
    [[nodiscard]] bool have(const std::string& program) const { return std::filesystem::exists(bin / program); }
    [[nodiscard]] std::filesystem::path kernel(const std::string& policy) const { return guests / ("kernel-" + policy + ".elf"); }
    [[nodiscard]] std::filesystem::path executor() const { return guests / "user/executor.elf"; }
    // All there is a kernel for, by name.
    [[nodiscard]] std::vector<std::string> policies() const;
    // Where the tree's sources lie; empty where only the build is there.
    [[nodiscard]] std::filesystem::path source() const;
};

// The guest's workloads of these kinds (`torture`, `test`), as kernel/user/workloads.txt lists them.
[[nodiscard]] std::vector<std::string> workloads(const std::vector<std::string>& kinds);

}  // namespace stampede::campaign
