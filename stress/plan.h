// What a command line comes to, before anything runs.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "harts/guests/guest.h"
#include "harts/oracles/findings/suppressions.h"
#include "harts/oracles/race/race_support.h"
#include "harts/report/replay/replay_file.h"
#include "stress/options/options.h"
#include "stress/options/refusal.h"
#include "stress/replay/replay.h"
#include "stress/run/run.h"

namespace stampede {

// How often it runs, and what for.
enum class Way : u8 { Once, EachFailure, CheckUp, Repeat, Minimize };

struct Plan {
    Options options;                   // with what the replay file says, if there is one
    std::vector<std::string> command;  // argv
    MakeRaceDetection make_race_detection = nullptr;
    std::optional<ReplayFile> replay;  // that is run again
    Guest guest{};
    GuestHashes hashes;
    Suppressions suppressions;  // of races
    DescriptionFile said;       // of a kernel that tells nothing of itself
    PhysAddr allocator{};       // its function, where one of its calls is to fail

    // The run that `options` mean, which are these or much like them.
    [[nodiscard]] RunSetup setup(const Options& options) const;
    [[nodiscard]] RunSetup setup() const { return setup(options); }
    // Of a run that is only about whether a finding shows. Error: as replayed().
    [[nodiscard]] Result<RunSetup> trial_setup(const ReplayFile& file) const;
    // Whether there will be such runs, or others in processes of their own.
    [[nodiscard]] bool needs_trials() const;
    // Whether all runs of a sweep begin at one boot; they then repeat.
    [[nodiscard]] bool sweeps_from_prompt() const;
    [[nodiscard]] Way way() const;
    // How long a parallel run's findings are searched for; nothing: not at all.
    [[nodiscard]] std::optional<std::chrono::seconds> search_time() const;
    // Whether the replays of its findings are made smaller.
    [[nodiscard]] bool minimizes_findings() const {
        return options.minimize && way() != Way::Minimize && options.findings_folder;
    }
};

// `options` are settled with `replay` already. Refusal: workload, policy, kernel or suppressions
// cannot be used.
[[nodiscard]] std::expected<Plan, Refusal> make_plan(const Options& options,
                                                     std::vector<std::string> command,
                                                     std::optional<ReplayFile> replay,
                                                     MakeRaceDetection make_race_detection);

}  // namespace stampede
