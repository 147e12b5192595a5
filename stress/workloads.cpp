#include "stress/workloads.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "stress/options.h"

namespace stampede {
namespace {

constexpr char built_in[] = {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
#embed STAMPEDE_WORKLOADS
#pragma clang diagnostic pop
    , '\0'};

constexpr std::string_view kernel_prefix = "kernel-", kernel_suffix = ".elf";

// Cuts `text` up to the next " | ", or all of it.
std::string_view take_field(std::string_view& text) {
    constexpr std::string_view separator = " | ";
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view field = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + separator.size()));
    return field;
}

}  // namespace

std::filesystem::path Workload::source() const {
    const std::string folder = kind == "test" ? "tests" : kind;
    return std::filesystem::path("kernel/user") / folder / (name + ".cpp");
}

std::vector<Workload> parse_workloads(std::string_view text) {
    std::vector<Workload> all;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(text.size(), end + 1));
        const std::string_view name = take_field(line), kind = take_field(line);
        if (!name.empty() && !kind.empty() && !line.empty()) {
            all.push_back({std::string(name), std::string(kind), std::string(line)});
        }
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
        text += policy.is_seeded_bug() ? fmt::format("  {:<27} wrong on purpose: to see it found\n", policy.name)
                                       : fmt::format("  {}\n", policy.name);
    }
    return text;
}

}  // namespace stampede
