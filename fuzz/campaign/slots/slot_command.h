// What a slot runs, as a command.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/campaign/slots/plan.h"
#include "fuzz/campaign/slots/supervise.h"
#include "harts/guests/shelf.h"

namespace stampede::campaign {

// A slot's own folder: what it has found lies there until the campaign takes it.
struct SlotFolder {
    std::filesystem::path path;
    [[nodiscard]] std::filesystem::path units() const { return path / "new"; }
    [[nodiscard]] std::filesystem::path findings() const { return path / "findings"; }
    [[nodiscard]] std::filesystem::path report() const { return path / "run.json"; }
};

struct SlotCommand {
    std::vector<std::string> words, environment;
    Limits limits;
};

// What all slots have in common.
struct SlotSetup {
    Shelf shelf;
    std::filesystem::path corpus;  // of all policies
    std::optional<std::filesystem::path> suppressions;
};

// The program that it needs: `fuzz_syscalls`, `stress-race`, …
[[nodiscard]] std::string program_of(SlotKind kind);
[[nodiscard]] bool is_fuzzing(SlotKind kind);
// The same kind under repeatable schedules; `kind` itself where it is not a thread a hart of a fuzz
// target.
[[nodiscard]] SlotKind repeatable(SlotKind kind);

// For at most `slot.seconds`. `seed` is another one each time.
[[nodiscard]] SlotCommand command_of(const Slot& slot, const SlotSetup& setup,
                                     const SlotFolder& folder, u64 seed);
// The environment of a fuzz target for this slot, which files what it finds in `findings`.
[[nodiscard]] std::vector<std::string> fuzz_environment(const Slot& slot,
                                                        const std::filesystem::path& findings);

}  // namespace stampede::campaign
