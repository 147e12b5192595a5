// The options of `stress` as a table, for those who do the same with each of them (options.inc has
// its entries).
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "harts/base/error.h"
#include "harts/report/replay/replay_file.h"
#include "stress/options/options.h"

namespace stampede {

// The part that an option has in a run.
enum class Part : u8 {
    Guest,   // the guest can see it: a replay file settles it
    Run,     // it has one, but no guest sees it
    Output,  // a file to write
    How,     // which runs there are
};

// What a command line asks for, and what options may therefore be refused in: a set of these bits.
// The order is that in which they are named to the user.
enum class Situation : u8 {
    Program,
    Shell,
    Replay,
    Times,
    Minimize,
    Sweep,
    Search,
    Repeatable,
    Foreign,
    OurKernel,
    Parallel,
    CheckUp
};
using Situations = u16;
[[nodiscard]] constexpr Situations bit(Situation situation) {
    return static_cast<Situations>(1u << static_cast<unsigned>(situation));
}

struct OptionRow {
    std::string_view name;   // without dashes
    std::string_view shape;  // of its value; empty: a flag
    Part part;
    bool said;   // in the command that runs it again even where it is the default
    bool place;  // where the guest lies: a replay's may lie elsewhere, if it is the same
    Situations refused;
    std::string_view help;
    std::string_view expected;  // said where it is refused
    // Error: what was found and what was expected.
    Result<void> (*read)(Options& options, const std::string& text);
    // Its value; nothing: it has none.
    std::optional<std::string> (*write)(const Options& options);
    bool (*is_default)(const Options& options);
    // Between options, complete, and a replay file; null where that has no place for it. Error: the
    // value that it has, and what was expected.
    void (*store)(const Options& options, ReplayFile& file);
    Result<void> (*load)(const ReplayFile& file, Options& options);

    [[nodiscard]] bool is_flag() const { return shape.empty(); }
    [[nodiscard]] bool is_positional() const { return name == "workload"; }
    // Whether it means anything to the kernel that these options are about.
    [[nodiscard]] bool is_for(const Options& options) const;
    // As people write it: "--cpus", "workload".
    [[nodiscard]] std::string spelling() const;
};

[[nodiscard]] std::span<const OptionRow> option_rows();

}  // namespace stampede
