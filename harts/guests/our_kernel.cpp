#include "harts/guests/our_kernel.h"

#include <algorithm>
#include <string_view>

namespace stampede {
namespace {

constexpr std::string_view prefix = "kernel-", suffix = ".elf";

// The words of its command line (kernel/user/system/init.cpp): `run=` names a program of its
// archive, which ends the machine when it has ended; without, there is a shell, once.
Result<Start> start_by_words(const Work& work, const std::filesystem::path& programs) {
    const bool shell = work.program.empty();
    std::string words = shell ? "shell=once" : "run=" + work.program;
    words += work.words.empty() ? "" : " " + work.words;
    Start start{.bootargs = std::move(words), .ends = shell ? EndsBy::Input : EndsBy::Finisher};
    start.is_ours = !shell;
    start.program = shell ? "" : programs / (work.program + std::string(suffix));
    return start;
}

}  // namespace

std::filesystem::path our_kernel_file(const std::filesystem::path& folder,
                                      const std::string& name) {
    return folder / (std::string(prefix) + name + std::string(suffix));
}

Guest our_kernel(const std::filesystem::path& folder, const std::string& name) {
    Guest guest;
    guest.name = name;
    guest.kernel = our_kernel_file(folder, name);
    guest.programs = our_programs(folder);
    guest.on_fork = on_fork_of(guest.kernel);
    guest.bug = seeded_bug_of(name);
    guest.start = [programs = guest.programs](const Work& work) {
        return start_by_words(work, programs);
    };
    return guest;
}

std::vector<std::string> our_kernels(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    std::error_code absent;
    for (const auto& entry : std::filesystem::directory_iterator(folder, absent)) {
        const std::string file = entry.path().filename();
        if (file.starts_with(prefix) && file.ends_with(suffix) &&
            file.size() > prefix.size() + suffix.size()) {
            names.push_back(
                file.substr(prefix.size(), file.size() - prefix.size() - suffix.size()));
        }
    }
    std::ranges::sort(names);
    return names;
}

std::filesystem::path our_programs(const std::filesystem::path& folder) { return folder / "user"; }

}  // namespace stampede
