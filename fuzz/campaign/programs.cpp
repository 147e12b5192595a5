#include "fuzz/campaign/programs.h"

#include <algorithm>

#include "harts/report/table_text.h"

namespace stampede::campaign {
namespace {

constexpr char built_in[] = {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
#embed STAMPEDE_WORKLOADS
#pragma clang diagnostic pop
    , '\0'};

constexpr std::string_view kernel_prefix = "kernel-", kernel_suffix = ".elf";

}  // namespace

Programs Programs::beside_this() {
    std::error_code failure;
    const auto bin = std::filesystem::read_symlink("/proc/self/exe", failure).parent_path();
    return {bin, bin.parent_path() / "guest"};
}

std::vector<std::string> Programs::policies() const {
    std::vector<std::string> names;
    std::error_code absent;
    for (const auto& entry : std::filesystem::directory_iterator(guests, absent)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(kernel_prefix) && name.ends_with(kernel_suffix)) {
            names.push_back(name.substr(kernel_prefix.size(), name.size() - kernel_prefix.size() - kernel_suffix.size()));
        }
    }
    std::ranges::sort(names);
    return names;
}

std::filesystem::path Programs::source() const {
    const auto root = bin.parent_path().parent_path().parent_path();
    return std::filesystem::exists(root / "kernel/mm") ? root : std::filesystem::path();
}

std::vector<std::string> workloads(const std::vector<std::string>& kinds) {
    constexpr std::size_t columns = 3;
    std::vector<std::string> names;
    for (const auto& row : table_rows(built_in, columns)) {
        if (std::ranges::find(kinds, row[1]) != kinds.end()) {
            names.emplace_back(row[0]);
        }
    }
    return names;
}

}  // namespace stampede::campaign
