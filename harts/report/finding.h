// One shape for what every oracle finds (kinds are a closed set; the JSON form is
// `stampede.finding/1`).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/source_location.h"
#include "harts/base/types.h"

namespace stampede {

enum class FindingKind : u8 {
    race,
    lock_order,
    deadlock,
    panic,
    guest_trap,
    audit,
    leak,
    use_after_free,
    double_free,
    shared_write,
    stale_translation,
    check_failed,
    no_progress,
    device_misuse,
    timeout,
    harness_fault
};
[[nodiscard]] std::string_view name_of(FindingKind kind);

struct FindingPlace {
    SourceLocation source;
    std::optional<u32> hart;
    std::optional<u32> pid;
};

// One party to a finding: whose stack it is, and what is known of what it did. Of a race there are
// two.
struct FindingStack {
    std::string role;                    // "hart 3", "previous write", …
    std::vector<SourceLocation> frames;  // innermost first
    std::optional<u32> hart = {};
    std::optional<u32> pid = {};
    std::string access =
        {};  // "write of 8 bytes", "atomic read of 4 bytes"; empty: none that matters
    std::string address =
        {};  // what was accessed: "kernel::pool+0x18", "frame 129 (user), 0x10 bytes in"
    std::optional<std::vector<std::string>> locks =
        {};                               // held meanwhile, outermost first; nothing: not known
    std::vector<std::string> notes = {};  // whatever else is worth a line
};

struct Finding {
    FindingKind kind = FindingKind::harness_fault;
    std::string title;   // stable from run to run: no addresses, pids or hart numbers
    std::string detail;  // free text for people: addresses, numbers, who
    FindingPlace where;
    std::vector<FindingStack> stacks;
    u64 count = 1;
    std::vector<std::string> reproduce;  // argv

    // 16 hexadecimal digits: xxHash of the title. Names the finding's folder.
    [[nodiscard]] std::string key() const;
};

}  // namespace stampede
