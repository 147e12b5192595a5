#include "fuzz/campaign/slots/slot_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "fuzz/campaign/state/folder_lock.h"
#include "harts/report/atomic_file.h"
#include "harts/report/finding_store.h"
#include "harts/report/forms/json.h"
#include "harts/report/forms/text.h"

namespace stampede::campaign {
namespace {

namespace files = std::filesystem;

// libFuzzer's exit codes.
constexpr int hung = 70, out_of_memory = 71, interrupted_fuzzer = 72, crashed = 77;
// Those of `stress`.
constexpr int findings_status = 2, interrupted_stress = 130;
constexpr double least_s = 1;  // that a target is started again for
constexpr std::size_t largest_input = std::size_t{1} << 20;

u64 found_in(const files::path& folder) {
    const auto findings = FindingStore(folder).load();
    u64 count = 0;
    for (const Finding& finding : findings ? *findings : std::vector<Finding>()) {
        count += finding.count;
    }
    return count;
}

// What libFuzzer writes of the input that ended it; the newest of them.
std::string artifact_in(const files::path& folder) {
    std::string content;
    files::file_time_type newest = files::file_time_type::min();
    std::error_code absent;
    for (const auto& entry : files::directory_iterator(folder, absent)) {
        const std::string name = entry.path().filename().string();
        const bool is_one =
            name.starts_with("crash-") || name.starts_with("timeout-") || name.starts_with("oom-");
        if (is_one && entry.last_write_time() >= newest) {
            newest = entry.last_write_time();
            content = read_file(entry.path(), largest_input).value_or("");
        }
    }
    return content;
}

// The harness itself is at fault, and that is a finding too.
Result<void> file_fault(const Slot& slot, const SlotCommand& command, const SlotFolder& folder,
                        const Supervised& run) {
    const std::string reason = crash_reason(run.tail);
    Finding finding;
    finding.kind = FindingKind::harness_fault;
    finding.title =
        fmt::format("{} {}", program_of(slot.kind),
                    run.status == hung ? "hangs in one program"
                    : run.status == out_of_memory
                        ? "wants more memory than it may have"
                        : "crashes: " + (reason.empty() ? "it does not say why" : reason));
    finding.detail = fmt::format("exit status {}; its last lines are in console.txt", run.status);
    const FindingStore store(folder.findings());
    finding.reproduce = {"env"};
    finding.reproduce.insert(finding.reproduce.end(), command.environment.begin(),
                             command.environment.end());
    finding.reproduce.insert(
        finding.reproduce.end(),
        {command.words.front(), (store.folder_of(finding) / "input").string()});
    const auto added =
        store.add(finding, {{"input", artifact_in(folder.path)}, {"console.txt", run.tail}});
    return added ? Result<void>() : std::unexpected(added.error());
}

bool is_fault(int status) {
    return status == crashed || status == hung || status == out_of_memory || status > 128;
}

std::string last_line(const std::string& text) {
    const std::size_t end = text.find_last_not_of('\n');
    return end == std::string::npos
               ? ""
               : text.substr(text.rfind('\n', end) + 1, end - text.rfind('\n', end));
}

std::string problem_of(const SlotCommand& command, const Supervised& run) {
    return fmt::format("{}: exit status {}: {}", shell_line(command.words), run.status,
                       last_line(run.tail));
}

// Runs a target once and sees to how it ended.
Result<Supervised> run_target(const Slot& slot, const SlotCommand& command,
                              const SlotFolder& folder, const StopWanted& stop,
                              const std::function<void(std::string_view)>& hear,
                              SlotResult& result) {
    const u64 before = found_in(folder.findings());
    auto run = supervise(command.words, command.environment, command.limits, stop, hear);
    if (!run) {
        return run;
    }
    const bool asked = run->end != Supervised::End::ByItself;
    if (run->end == Supervised::End::Killed && !stop()) {
        result.problem =
            fmt::format("{}: did not end when it was asked", shell_line(command.words));
    } else if (!asked && is_fault(run->status) && found_in(folder.findings()) == before) {
        if (const auto filed = file_fault(slot, command, folder, *run); !filed) {
            return std::unexpected(filed.error());
        }
    } else if (!asked && run->status != 0 && run->status != interrupted_fuzzer &&
               !is_fault(run->status)) {
        result.problem = problem_of(command, *run);
    }
    return run;
}

Result<SlotResult> run_fuzz(Slot slot, const SlotSetup& setup, const SlotFolder& folder, u64 seed,
                            const SlotObserver& observer) {
    const double start = seconds_now(), end = start + slot.seconds;
    SlotResult result;
    for (;;) {
        const u64 before = result.executions;
        const auto hear = [&](std::string_view line) {
            if (const auto status = parse_fuzzer_status(line)) {
                result.executions = before + status->executions;
                result.features = std::max(result.features, status->features.value_or(0));
                observer.heard(result.executions, result.features);
            } else if (const auto units = parse_executed_units(line)) {
                result.executions = before + *units;
                observer.heard(result.executions, result.features);
            } else if (auto oracles = parse_oracles_line(line)) {
                result.oracles = std::move(*oracles);
            }
        };
        const auto run = run_target(slot, command_of(slot, setup, folder, seed), folder,
                                    observer.stop, hear, result);
        if (!run) {
            return std::unexpected(run.error());
        }
        slot.seconds = end - seconds_now();
        result.seconds = seconds_now() - start;
        if (!is_fault(run->status) || run->end != Supervised::End::ByItself ||
            slot.seconds < least_s || observer.stop()) {
            return result;
        }
        seed += 0x9e37'79b9;  // another way than the one that has just ended
    }
}

Result<SlotResult> run_stress(const Slot& slot, const SlotSetup& setup, const SlotFolder& folder,
                              u64 seed, const SlotObserver& observer) {
    const SlotCommand command = command_of(slot, setup, folder, seed);
    const auto run = supervise(command.words, command.environment, command.limits, observer.stop);
    if (!run) {
        return std::unexpected(run.error());
    }
    SlotResult result{.seconds = run->seconds, .executions = 1, .features = 0, .problem = ""};
    if (const auto report = read_file(folder.report())) {
        result.oracles =
            parse_run_oracles(*report, folder.report()).value_or(std::vector<OracleReport>());
    }
    const bool asked = run->end == Supervised::End::Asked;
    if (run->end == Supervised::End::Killed) {
        result.problem = observer.stop() ? ""
                                         : fmt::format("{}: did not end when it was asked",
                                                       shell_line(command.words));
    } else if (run->status != 0 && run->status != findings_status &&
               !(asked && run->status == interrupted_stress)) {
        result.problem = problem_of(command, *run);
    }
    return result;
}

}  // namespace

Result<SlotResult> run_slot(const Slot& slot, const SlotSetup& setup, const SlotFolder& folder,
                            u64 seed, const SlotObserver& observer) {
    for (const files::path& one : {folder.units(), folder.findings()}) {
        if (auto made = make_folders(one); !made) {
            return std::unexpected(made.error());
        }
    }
    return is_fuzzing(slot.kind) ? run_fuzz(slot, setup, folder, seed, observer)
                                 : run_stress(slot, setup, folder, seed, observer);
}

Result<void> run_inputs(const Slot& slot, const SlotSetup& setup, const SlotFolder& folder,
                        const std::vector<std::string>& inputs, const StopWanted& stop) {
    SlotCommand command;
    command.words = {setup.shelf.command(program_of(slot.kind)),
                     fmt::format("-artifact_prefix={}/", folder.path.string()),
                     slot.kind == repeatable(slot.kind) ? "-runs=1" : "-runs=1000"};
    for (const std::string& input : inputs) {
        const files::path file = folder.path / fmt::format("again.{}", command.words.size());
        if (auto written = write_file_atomically(file, input); !written) {
            return written;
        }
        command.words.push_back(file);
    }
    command.environment = fuzz_environment(slot, folder.findings());
    SlotResult ignored;
    const auto run = run_target(slot, command, folder, stop, {}, ignored);
    return run ? Result<void>() : std::unexpected(run.error());
}

}  // namespace stampede::campaign
