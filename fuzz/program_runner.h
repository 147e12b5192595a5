// Runs programs on the real kernel, each from one snapshot of a booted machine whose executor waits
// for a program, under all oracles that watch a repeatable run.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fuzz/program/program.h"
#include "harts/base/drive.h"
#include "harts/base/error.h"
#include "harts/guests/guest.h"
#include "harts/oracles/race/race_support.h"
#include "harts/report/finding.h"
#include "harts/report/forms/oracle_list.h"

namespace stampede::fuzz {

class BootedKernel;

struct RunnerSetup {
    Guest guest;                 // one whose program `executor` takes programs
    unsigned harts = 2;          // 1 to 64
    u64 memory = u64{16} << 20;  // bytes, as MachineConfig has it
    // Of all harts together: a program that wants more is let go if it runs in user mode, and
    // looked at if it does not.
    u64 most_instructions = 3'000'000;
    // What the kernel's branches are counted in (harts/observe/coverage/branch_coverage.h), at
    // least a byte for each byte of its code; empty: they are not.
    std::span<u8> coverage;
    // What meetings of harts are counted in (harts/observe/coverage/interleaving_coverage.h), a
    // power of two of bytes; empty: they are not. Only with `coverage`.
    std::span<u8> interleavings;
    // Races and lock orders are found too, where the program can.
    MakeRaceDetection race = nullptr;
    // ThreadAHart: run() also takes the schedule `parallel`
    Drive drive = Drive::OneThread;
};

struct ProgramOutcome {
    // How it ended. Slept: nothing can wake anybody any more, which is how a program ends; it may
    // have left processes that wait for ever.
    enum class End : u8 { Slept, InstructionsSpent, Stuck, Stopped };
    End end = End::Slept;
    std::vector<Finding> findings;
    u64 instructions = 0;  // of all harts
    u64 system_calls = 0;
    u64 dirty_pages = 0;  // of RAM, that the reset took back
    u64 state_hash = 0;   // of all but RAM, at the end
};

// One thread.
class ProgramRunner {
public:
    // Boots the kernel up to its snapshot. Error: a file or number that cannot be used; a kernel
    // that does not come so far, with what it said.
    [[nodiscard]] static Result<std::unique_ptr<ProgramRunner>> create(const RunnerSetup& setup);
    ~ProgramRunner();

    // What the way to the snapshot has shown already: nothing that a program can be blamed for.
    [[nodiscard]] const std::vector<Finding>& at_boot() const;
    // Who watches the programs, and who cannot; where a thread a hart was asked for, those that run
    // so.
    [[nodiscard]] std::vector<OracleReport> oracles() const;
    // `program` is a valid one. The same program gives the same outcome, whatever ran before; what
    // was found at boot is left out. `schedule` takes the place of the program's own, with its
    // seed. With `parallel` each hart has a host thread, and nothing is the same twice.
    [[nodiscard]] ProgramOutcome run(const Program& program,
                                     const std::optional<ScheduleSpec>& schedule = std::nullopt);

private:
    ProgramRunner(unsigned harts, std::unique_ptr<BootedKernel> plain,
                  std::unique_ptr<BootedKernel> counting, std::unique_ptr<BootedKernel> parallel);

    const unsigned harts_;
    // Two machines at the same moment: to count scheduling points and not to want code that is
    // decoded otherwise. With race detection the first does both, and there is no second.
    const std::unique_ptr<BootedKernel> plain_, counting_, parallel_;
};

}  // namespace stampede::fuzz
