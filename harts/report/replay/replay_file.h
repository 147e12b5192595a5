// The small file that shows a finding again: everything that took part in the run.
//
//     stampede-replay 1
//     version 0.1.0
//     build plain
//     kernel 03f2a9c4d1e5b687
//     policy kmem          (of somebody's own kernel: xv6 DIR, or kernel-file FILE; disks HASH)
//     cpus 4
//     memory 134217728
//     seed 7
//     time host
//     workload forkbomb
//     schedule round-robin:1000
//     schedule-seed 0
//     title count is one too high
//     run (0×1000 1×1000)*57 0×12
//
// The keys, and which of them there must be: replay_keys.cpp.
#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/base/types.h"
#include "harts/report/replay/hart_runs.h"

namespace stampede {

struct ReplayFile {
    std::string version;  // the harness's that wrote it
    std::string build;    // "plain" or "race": findings are the same within one of them only
    std::string kernel;   // kernel_hash(): 16 hexadecimal digits
    std::string disks;    // of what its disks begin with, likewise; empty: it has none
    std::string policy;   // of one of ours; empty: somebody's own,
    std::string xv6;      // which lies in this tree,
    std::string kernel_file, disk_files;  // or in these, by commas
    std::string description;              // what is not inferred of it: a file
    std::string from;                     // where work begins in it: as for --from
    unsigned cpus = 0;
    u64 memory = 0;                      // bytes
    u64 seed = 0;                        // of the workload
    std::string time;                    // as for --time
    std::string workload;                // this
    std::optional<std::string> program;  // or this: text, every line ended
    std::optional<u64> duration;         // seconds of guest time
    std::optional<u64> operations;
    std::string expect, fail_on;         // of its console: as for --expect and --fail-on
    std::string append;                  // more words of the kernel's command line
    std::optional<u64> fail_allocation;  // the number of the allocation that fails, from 1
    std::string schedule;                // as for --schedule: "round-robin:1000", "random", "pct:3"
    u64 schedule_seed = 0;
    std::vector<std::string> titles;  // of the findings that it shows
    std::vector<HartRun> runs;        // turns, where schedule and seed are not enough

    [[nodiscard]] bool is_foreign() const { return !xv6.empty() || !kernel_file.empty(); }

    friend bool operator==(const ReplayFile&, const ReplayFile&) = default;
};

inline constexpr std::size_t longest_replay_file = 4096;        // bytes
inline constexpr std::string_view replay_file_name = "replay";  // in a finding's folder

// The file's text; parse_replay() reads it back as the same. Error: it would be too long (says by
// how much, and what part of it the runs are), or a value is not what parse_replay() expects.
[[nodiscard]] Result<std::string> replay_text(const ReplayFile& file);

// Any bytes. `name` is the file's. Error: names file and line, what was found and what was
// expected. Time and memory are linear in the text and the at most `most_hart_runs` runs it stands
// for.
[[nodiscard]] Result<ReplayFile> parse_replay(std::string_view text, const std::string& name);

// `path` is such a file, or a finding's folder with one in it. Error: as above, or the system's
// reason.
[[nodiscard]] Result<ReplayFile> read_replay(const std::filesystem::path& path);

}  // namespace stampede
