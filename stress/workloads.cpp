#include "stress/workloads.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harts/report/seeded_bugs.h"
#include "harts/report/table_text.h"
#include "stress/options/options.h"

namespace stampede {
namespace {

constexpr char built_in[] = {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
#embed STAMPEDE_WORKLOADS
#pragma clang diagnostic pop
    , '\0'};

constexpr std::string_view kernel_prefix = "kernel-", kernel_suffix = ".elf";

std::string_view what_is_wrong(const Policy& policy) {
    const auto bug = std::ranges::find(seeded_bugs(), policy.name, &SeededBug::policy);
    if (bug == seeded_bugs().end()) {
        return "not in this program's table";
    }
    return bug->description;
}

}  // namespace

std::filesystem::path Workload::source() const {
    const std::string folder = kind == "test" ? "tests" : kind;
    return std::filesystem::path("kernel/user") / folder / (name + ".cpp");
}

std::vector<Workload> parse_workloads(std::string_view text) {
    std::vector<Workload> all;
    for (const auto& row : table_rows(text, 3)) {
        all.push_back({std::string(row[0]), std::string(row[1]), std::string(row[2])});
    }
    return all;
}

const std::vector<Workload>& workloads() {
    static const std::vector<Workload> all = parse_workloads(built_in);
    return all;
}

std::vector<Policy> find_policies(const std::filesystem::path& folder) {
    std::vector<Policy> all;
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
        const std::string file = entry.path().filename();
        if (file.starts_with(kernel_prefix) && file.ends_with(kernel_suffix) &&
            file.size() > kernel_prefix.size() + kernel_suffix.size()) {
            const std::size_t length = file.size() - kernel_prefix.size() - kernel_suffix.size();
            all.push_back({file.substr(kernel_prefix.size(), length), entry.path()});
        }
    }
    std::ranges::sort(all, {}, &Policy::name);
    return all;
}

std::filesystem::path guest_folder() {
    std::error_code failure;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failure);
    return self.parent_path().parent_path() / "guest";
}

std::string listing(const std::vector<Workload>& workloads, const std::vector<Policy>& policies) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kinds{{
        {"test", "Tests: short, each checks what it did"},
        {"torture", "Torture: as long as --duration says"},
        {"bench", "Benchmarks: one operation over and over"},
    }};
    std::string text;
    for (const auto& [kind, heading] : kinds) {
        text += fmt::format("{}\n", heading);
        for (const Workload& workload : workloads) {
            if (workload.kind == kind) {
                text += fmt::format("  {:<15} {}\n", workload.name, workload.description);
            }
        }
    }
    text += fmt::format("By hand\n  {:<15} the guest's console on the terminal; Ctrl-A x ends it\n", shell_name);
    text += "Policies (--policy): who counts references to frames, and where free frames live\n";
    for (const Policy& policy : policies) {
        if (!policy.is_seeded_bug()) {
            text += fmt::format("  {}\n", policy.name);
        }
    }
    text += "Seeded bugs (--policy): kernels that are wrong on purpose, to see it found\n";
    for (const Policy& policy : policies) {
        if (policy.is_seeded_bug()) {
            text += fmt::format("  {:<36} {}\n", policy.name, what_is_wrong(policy));
        }
    }
    return text;
}

}  // namespace stampede
