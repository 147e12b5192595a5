// A kernel that has booted up to its snapshot, on a machine with all its oracles: programs begin
// there, and it comes back there behind each.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "fuzz/given_program.h"
#include "fuzz/program_runner.h"
#include "harts/machine/snapshot.h"
#include "harts/observe/coverage/branch_coverage.h"
#include "harts/observe/coverage/interleaving_coverage.h"
#include "harts/oracles/oracles.h"

namespace stampede::fuzz {

// Whether the machine's engine counts scheduling points, for schedules that limit them.
enum class SchedulingPoints : u8 { NotCounted, Counted };

class BootedKernel {
public:
    // Error: a number that cannot be used, more code than counters, or a kernel that does not come
    // so far, with what it said.
    [[nodiscard]] static Result<std::unique_ptr<BootedKernel>> create(const RunnerSetup& setup,
                                                                      const ElfImage& kernel,
                                                                      SchedulingPoints points,
                                                                      Drive drive);

    [[nodiscard]] const std::vector<Finding>& at_boot() const { return at_boot_; }
    [[nodiscard]] const Oracles& oracles() const { return oracles_; }

    // `schedule` is null where each hart has a thread; what was found at boot is left out.
    [[nodiscard]] ProgramOutcome run(const Program& program, Schedule* schedule,
                                     const Perturbation& perturbation);

private:
    // What counts for libFuzzer; nothing where it is not asked for.
    struct Coverage {
        std::unique_ptr<BranchCoverage> branches;
        std::unique_ptr<InterleavingCoverage> meetings;
    };
    BootedKernel(const RunnerSetup& setup, const ElfImage& kernel, std::unique_ptr<Machine> machine,
                 Coverage coverage, Drive drive);
    static Result<Coverage> cover(const RunnerSetup& setup, const ElfImage& kernel,
                                  Machine& machine);
    static OracleSetup oracle_setup(const RunnerSetup& setup, Drive drive, const Coverage& coverage,
                                    GivenProgram& program);
    void watch(SchedulingPoints points);
    Result<void> boot();
    [[nodiscard]] u64 executed() const;
    [[nodiscard]] u64 system_calls() const;
    MachineStop run_for(Schedule* schedule, u64 instructions);
    ProgramOutcome::End drive(Schedule* schedule);
    std::vector<Finding> findings(ProgramOutcome::End end);

    const RunnerSetup setup_;
    const std::unique_ptr<Machine> machine_;
    const Drive drive_;
    ConsoleLog console_;
    GivenProgram program_;
    const Coverage coverage_;
    Oracles oracles_;
    std::vector<Finding> at_boot_;
    std::unique_ptr<Snapshot> snapshot_;
};

}  // namespace stampede::fuzz
