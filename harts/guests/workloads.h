// The programs that do work in a guest and check it: kernel/user/workloads.txt, built in.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede {

enum class WorkloadKind : u8 { Test, Torture, Bench };
[[nodiscard]] std::string_view name_of(WorkloadKind kind);

struct Workload {
    std::string name = {};
    WorkloadKind kind = WorkloadKind::Test;
    std::string description = {};

    // What kernel/user/workloads.txt says of it. Its head tells what each means.
    bool provokes_traps = false;    // `traps`
    bool is_killed = false;         // `killed`
    bool shares_pages = false;      // `shares`
    bool needs_sharing = false;     // `needs-sharing`
    bool needs_own_calls = false;   // `needs-own-calls`
    bool takes_all_memory = false;  // `takes-all-memory`
    bool bears_failures = false;    // `bears-failures`
    u64 batch = 1;                  // `batch=N`
    u64 megabytes = 128;            // `megabytes=N`

    // Its program's main file, from the repository's root.
    [[nodiscard]] std::filesystem::path source() const;
    // The words of what it needs and does, between commas: "shares, bears-failures".
    [[nodiscard]] std::string properties() const;
    // Whether it is worth a run for each allocation, which fails in it.
    [[nodiscard]] bool is_for_each_failure() const { return bears_failures && !takes_all_memory; }
};

// Lines of `name | kind | properties | description`, and comments. Error: what is wrong with the
// first line that is neither, by its number: fields, kind, a property that there is not or that has
// no number, a name that stands twice.
[[nodiscard]] Result<std::vector<Workload>> parse_workloads(std::string_view text);

// Those that are built in, in the file's order.
[[nodiscard]] const std::vector<Workload>& workloads();

// The one of these with that name; null: there is none.
[[nodiscard]] const Workload* workload_named(std::string_view name);

}  // namespace stampede
