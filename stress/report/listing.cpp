#include "stress/report/listing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "stress/options/options.h"

namespace stampede {
namespace {

std::string in_brackets(const std::string& words) {
    return words.empty() ? "" : fmt::format("  [{}]", words);
}

std::string workloads_of(WorkloadKind kind, std::string_view heading,
                         const std::vector<Workload>& workloads) {
    std::string text = fmt::format("{}\n", heading);
    for (const Workload& workload : workloads) {
        if (workload.kind == kind) {
            text += fmt::format("  {:<15} {}{}\n", workload.name, workload.description,
                                in_brackets(workload.properties()));
        }
    }
    return text;
}

}  // namespace

// What runs in one kernel that works at its shell's prompt, and what does not.
std::string listing(const std::vector<Workload>& workloads, const Guest& foreign) {
    std::string text = "Ours, put into a copy of its disk\n", others;
    for (const Workload& workload : workloads) {
        const std::string why_not = foreign.why_not(workload);
        std::string& part = why_not.empty() ? text : others;
        part += fmt::format("  {:<15} {}\n", workload.name,
                            why_not.empty() ? workload.description : why_not);
    }
    text += fmt::format("Its own, with any arguments: a line for its shell\n  {}\n",
                        fmt::join(foreign.own_programs, " "));
    text += fmt::format("All in turn\n  {:<15} the default: races looked for, one verdict\n",
                        check_up_name);
    text += fmt::format("By hand\n  {:<15} its console on the terminal; Ctrl-A x ends it\n",
                        shell_name);
    return others.empty() ? text : text + "Ours that do not run in it\n" + others;
}

std::string listing(const std::vector<Workload>& workloads, const std::vector<Guest>& kernels) {
    constexpr std::array<std::pair<WorkloadKind, std::string_view>, 3> kinds{{
        {WorkloadKind::Test, "Tests: short, each checks what it did"},
        {WorkloadKind::Torture, "Torture: as long as --duration says"},
        {WorkloadKind::Bench, "Benchmarks: one operation over and over"},
    }};
    std::string text;
    for (const auto& [kind, heading] : kinds) {
        text += workloads_of(kind, heading, workloads);
    }
    text += fmt::format("All in turn\n  {:<15} tests and torture, races looked for, one verdict\n",
                        check_up_name);
    text += fmt::format("By hand\n  {:<15} the guest's console on the terminal; Ctrl-A x ends it\n",
                        shell_name);
    text += "Policies (--policy): who counts references to frames, and where free frames live\n";
    for (const Guest& kernel : kernels) {
        if (!kernel.is_seeded_bug()) {
            text +=
                fmt::format("  {}{}\n", kernel.name,
                            in_brackets(kernel.on_fork == OnFork::Copies ? "copies-at-fork" : ""));
        }
    }
    text += "Seeded bugs (--policy): kernels that are wrong on purpose, to see it found\n";
    for (const Guest& kernel : kernels) {
        if (kernel.is_seeded_bug()) {
            text += fmt::format("  {:<36} {}\n", kernel.name, kernel.bug->description);
        }
    }
    return text;
}

}  // namespace stampede
