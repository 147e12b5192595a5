// What there is to run: the guest's workloads (kernel/user/workloads.txt, built in) and its kernels, one for each frame
// policy.
#pragma once
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace stampede {

struct Workload {
    std::string name;
    std::string kind;         // test, torture or bench
    std::string description;

    // Its program's main file, from the repository's root.
    [[nodiscard]] std::filesystem::path source() const;
    // It executes what no program should, to see that the process is killed and nobody else: unforeseen traps in user
    // mode are then no findings.
    [[nodiscard]] bool provokes_traps() const { return name == "fault"; }
    // It shares pages and writes them: a run of it in which nothing was copied or taken over tested nothing.
    [[nodiscard]] bool needs_copy_on_write() const { return kind == "torture"; }
};

// Lines of `name | kind | description`; other lines are left out.
[[nodiscard]] std::vector<Workload> parse_workloads(std::string_view text);

// Those that are built in, in the file's order.
[[nodiscard]] const std::vector<Workload>& workloads();

struct Policy {
    std::string name;
    std::filesystem::path kernel;
    // Fork shares frames under all of them but one, which copies at once.
    [[nodiscard]] bool shares_on_fork() const { return name != "eager"; }
    // Wrong on purpose: what must be found.
    [[nodiscard]] bool is_seeded_bug() const { return name.starts_with("seeded_bug_"); }
};

// Every kernel-NAME.elf in `folder`, by name.
[[nodiscard]] std::vector<Policy> find_policies(const std::filesystem::path& folder);

// Where this program's guests lie: ../guest beside its own folder.
[[nodiscard]] std::filesystem::path guest_folder();

// What --list prints.
[[nodiscard]] std::string listing(const std::vector<Workload>& workloads, const std::vector<Policy>& policies);

}  // namespace stampede
