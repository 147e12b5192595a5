#include "fuzz/campaign/slots/slot_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace stampede::campaign {
namespace {

constexpr double grace_s = 30;     // for reading a corpus, for ending
constexpr double patience_s = 60;  // behind a wish to end
constexpr unsigned hang_s =
    60;  // of one program: they are bounded by instructions, this is the harness's own hang guard
constexpr unsigned most_megabytes = 4096;  // of a target's memory
constexpr double search_s = 10;            // for a schedule that repeats what a parallel run found
// Of the perturbed schedules, whose guest time runs ahead.
constexpr double host_seconds_a_guest_second = 0.6;
// the time limit of `stress` is a finding; the campaign's own is none
constexpr const char* endless = "100000s";

std::string seconds_text(double seconds) {
    return fmt::format("{}s", std::max(1L, std::lround(seconds)));
}

SlotCommand fuzz_command(const Slot& slot, const SlotSetup& setup, const SlotFolder& folder,
                         u64 seed) {
    SlotCommand command;
    // libFuzzer takes a seed of 32 bits, and 0 for "any".
    command.words = {setup.shelf.command(program_of(slot.kind)),
                     fmt::format("-max_total_time={}", std::max(1L, std::lround(slot.seconds))),
                     fmt::format("-seed={}", seed % 0xffff'ffff + 1),
                     fmt::format("-timeout={}", hang_s),
                     fmt::format("-rss_limit_mb={}", most_megabytes),
                     "-print_final_stats=1",
                     fmt::format("-artifact_prefix={}/", folder.path.string()),
                     folder.units(),
                     setup.corpus / slot.policy};
    command.environment = fuzz_environment(slot, folder.findings());
    command.limits = {slot.seconds + grace_s, slot.seconds + grace_s + patience_s};
    return command;
}

SlotCommand stress_command(const Slot& slot, const SlotSetup& setup, const SlotFolder& folder,
                           u64 seed) {
    SlotCommand command;
    const bool sweep = slot.kind == SlotKind::FailAllocations, race = slot.mode == "race";
    const std::string schedule = sweep ? "random" : race ? "parallel" : slot.mode;
    const double guest_s =
        schedule == "parallel" ? slot.seconds : slot.seconds / host_seconds_a_guest_second;
    command.words = {setup.shelf.command("stress"),
                     "--policy",
                     slot.policy,
                     "--cpus",
                     std::to_string(slot.harts),
                     "--seed",
                     std::to_string(seed),
                     "--schedule",
                     schedule,
                     "--duration",
                     seconds_text(guest_s),
                     "--timeout",
                     endless,
                     "--json",
                     folder.report(),
                     "--findings",
                     folder.findings()};
    if (sweep) {
        command.words.insert(command.words.end(),
                             {"--fail-allocations", "--ops", std::to_string(1 + seed % 4)});
    }
    if (race) {
        command.words.emplace_back("--race");
        if (setup.suppressions) {
            command.words.insert(command.words.end(), {"--suppressions", *setup.suppressions});
        }
    } else if (schedule == "parallel") {
        command.words.insert(command.words.end(), {"--search", seconds_text(search_s)});
    }
    command.words.push_back(slot.workload);
    const double ask_s = slot.seconds + (sweep ? 0 : grace_s);
    command.limits = {ask_s, ask_s + patience_s};
    return command;
}

}  // namespace

std::string program_of(SlotKind kind) {
    switch (kind) {
    case SlotKind::Fuzz:
    case SlotKind::FuzzParallel: return "fuzz_syscalls";
    case SlotKind::FuzzRace:
    case SlotKind::FuzzRaceParallel: return "fuzz_syscalls-race";
    case SlotKind::Stress:
    case SlotKind::FailAllocations: return "stress";
    }
    __builtin_unreachable();
}

bool is_fuzzing(SlotKind kind) {
    return kind != SlotKind::Stress && kind != SlotKind::FailAllocations;
}

SlotKind repeatable(SlotKind kind) {
    switch (kind) {
    case SlotKind::FuzzParallel: return SlotKind::Fuzz;
    case SlotKind::FuzzRaceParallel: return SlotKind::FuzzRace;
    default: return kind;
    }
}

std::vector<std::string> fuzz_environment(const Slot& slot, const std::filesystem::path& findings) {
    return {"STAMPEDE_POLICY=" + slot.policy, fmt::format("STAMPEDE_CPUS={}", slot.harts),
            "STAMPEDE_FINDINGS=" + findings.string(), "STAMPEDE_ON_FINDING=continue",
            fmt::format("STAMPEDE_SCHEDULE={}",
                        slot.kind == repeatable(slot.kind) ? "input" : "parallel")};
}

SlotCommand command_of(const Slot& slot, const SlotSetup& setup, const SlotFolder& folder,
                       u64 seed) {
    return is_fuzzing(slot.kind) ? fuzz_command(slot, setup, folder, seed)
                                 : stress_command(slot, setup, folder, seed);
}

}  // namespace stampede::campaign
